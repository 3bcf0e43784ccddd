/** The operations that hand out links to downloads. */

import { graphql } from "../api/graphql";

export const EXPORT_LINK = graphql(`
  mutation ExportLink(
    $format: ExportFormat!
    $search: String
    $genre: String
    $batchId: ID
    $uncertain: Boolean
    $corrected: Boolean
    $minConfidence: Float
    $maxConfidence: Float
  ) {
    exportLink(
      format: $format
      search: $search
      genre: $genre
      batchId: $batchId
      uncertain: $uncertain
      corrected: $corrected
      minConfidence: $minConfidence
      maxConfidence: $maxConfidence
    ) { url fileName }
  }
`);

export const FILE_WITH_GENRES_LINK = graphql(`
  mutation FileWithGenresLink($batchId: ID!, $format: ExportFormat!) {
    fileWithGenresLink(batchId: $batchId, format: $format) { url fileName }
  }
`);

export const REPORT_LINK = graphql(`
  mutation ReportLink($batchId: ID!) {
    reportLink(batchId: $batchId) { url fileName }
  }
`);
