/** Precision and recall of each genre, from the confusion matrix. */

import { GenreName } from "../genres/genre-name";
import { formatCount, formatPercent } from "../ui/format";
import { Card } from "../ui/layout";
import { TableScroll } from "../ui/table-scroll";
import type { Model } from "./view";

export function GenreTable({ model }: { model: Model }) {
  if (model.confusionMatrix.length === 0) return null;
  return (
    <Card
      title="Genre by genre"
      hint="Precision: how many of its answers were right. Recall: how many tracks of the genre it found"
    >
      <TableScroll label="Precision and recall by genre">
        <table class="per-genre">
          <thead>
            <tr>
              <th scope="col">Genre</th>
              <th scope="col" class="number">
                Held out
              </th>
              <th scope="col" class="number">
                Precision
              </th>
              <th scope="col" class="number">
                Recall
              </th>
            </tr>
          </thead>
          <tbody>
            {scoresOf(model).map(({ genre, actual, precision, recall }) => (
              <tr key={genre}>
                <th scope="row">
                  <GenreName genre={genre} />
                </th>
                <td class="number">{formatCount(actual)}</td>
                <td class="number">{precision}</td>
                <td class="number">{recall}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
    </Card>
  );
}

function scoresOf({ genres, confusionMatrix }: Model) {
  return genres.map((genre, index) => {
    const right = confusionMatrix[index]![index]!;
    const actual = confusionMatrix[index]!.reduce((sum, count) => sum + count, 0);
    const answered = confusionMatrix.reduce((sum, row) => sum + row[index]!, 0);
    return {
      genre,
      actual,
      precision: answered ? formatPercent(right / answered) : "–",
      recall: actual ? formatPercent(right / actual) : "–",
    };
  });
}
