// What Relay's compiler reads: a paginated list that is fetched again by global id.
import { graphql } from "relay-runtime";

// docs: query
graphql`
  query TitlesQuery($genre: String!, $count: Int!, $cursor: String) {
    genres { name trackCount }
    titlesByGenre(genre: $genre, first: $count, after: $cursor)
      @connection(key: "Titles_titlesByGenre") {
      totalCount
      edges { node { id ...TitlesTrack } }
    }
  }
`;
// docs: end

graphql`
  fragment TitlesTrack on Track @refetchable(queryName: "TitlesTrackRefetchQuery") {
    trackId title genre confidence
    batch { id fileName }
  }
`;

graphql`
  query TitlesNodeQuery($id: ID!) {
    node(id: $id) { __typename id ... on Track { trackId } ...TitlesBatch @alias }
  }
`;

graphql`
  fragment TitlesBatch on Batch
  @argumentDefinitions(count: { type: "Int" }, cursor: { type: "String" })
  @refetchable(queryName: "TitlesBatchRefetchQuery") {
    rejects(first: $count, after: $cursor) @connection(key: "Titles_rejects") {
      edges { node { line code } }
    }
  }
`;

graphql`
  mutation TitlesCorrectMutation($trackId: ID!, $genre: String!) {
    correctGenre(trackId: $trackId, genre: $genre) { id genre correctedGenre }
  }
`;

// docs: upload
graphql`
  mutation TitlesClassifyMutation($csvFile: Upload!, $wait: Boolean!) {
    classifyBatch(csvFile: $csvFile, wait: $wait) { id status rowsStored }
  }
`;
// docs: end

// docs: subscription
graphql`
  subscription TitlesProgressSubscription($id: ID!) {
    batchProgress(id: $id) { id status rowsStored bytesRead bytesTotal }
  }
`;
// docs: end
