/** Which genres the model mistakes for which. */

import { GenreName } from "../genres/genre-name";
import { Card } from "../ui/layout";
import { TableScroll } from "../ui/table-scroll";
import type { Model } from "./view";

export function ConfusionMatrix({ model: { genres, confusionMatrix } }: { model: Model }) {
  if (confusionMatrix.length === 0) return null;
  return (
    <Card
      title="Where it goes wrong"
      hint="Held-out tracks: one row per true genre, one column per predicted genre"
    >
      <TableScroll label="Confusion matrix">
        <table class="matrix">
          <thead>
            <tr>
              <td />
              {genres.map((genre) => (
                <th key={genre} scope="col">
                  <span>{genre}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {confusionMatrix.map((counts, truth) => (
              <Row key={genres[truth]} genres={genres} counts={counts} truth={truth} />
            ))}
          </tbody>
        </table>
      </TableScroll>
    </Card>
  );
}

interface RowProps {
  genres: readonly string[];
  counts: readonly number[];
  truth: number;
}

function Row({ genres, counts, truth }: RowProps) {
  const total = counts.reduce((sum, count) => sum + count, 0);
  return (
    <tr>
      <th scope="row">
        <GenreName genre={genres[truth]!} />
      </th>
      {counts.map((count, answer) => (
        <td
          key={genres[answer]}
          class={truth === answer ? "right" : ""}
          data-heat={total ? Math.min(9, Math.ceil((count / total) * 10)) : 0}
          title={`${count} of ${total} ${genres[truth]} tracks were called ${genres[answer]}`}
        >
          {count}
        </td>
      ))}
    </tr>
  );
}
