/** The sampled tracks that would get another genre. */

import { linkTo } from "../../frame/route";
import { formatPercent, plural } from "../../ui/format";
import { TableScroll } from "../../ui/table-scroll";
import type { Changes } from "./operations";

export function ChangeTable({ changes: { changes, changedTracks, sampledTracks } }: { changes: Changes }) {
  return (
    <section>
      <p role="status">
        {changedTracks === 0 ? (
          `None of ${plural(sampledTracks, "sampled track")} would change.`
        ) : (
          <>
            <strong>About {plural(changedTracks, "track")}</strong> would change, by a sample of{" "}
            {plural(sampledTracks, "track")}. The {changes.length} surest:
          </>
        )}
      </p>
      {changes.length > 0 && (
        <TableScroll label="Tracks that would change">
          <table>
            <thead>
              <tr>
                <th scope="col">Title</th>
                <th scope="col">From</th>
                <th scope="col">To</th>
                <th scope="col" class="number">
                  Sure
                </th>
              </tr>
            </thead>
            <tbody>
              {changes.map(({ track, before, after, confidence }) => (
                <tr key={track.trackId}>
                  <td>
                    <a href={linkTo("tracks", track.trackId)}>{track.title || "Untitled"}</a>
                  </td>
                  <td class="muted">{before}</td>
                  <td>{after}</td>
                  <td class="number">{formatPercent(confidence)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </TableScroll>
      )}
    </section>
  );
}
