/** What a file needs, next to the drop zone. */

import { useQuery } from "@urql/preact";
import type { ComponentChildren } from "preact";
import { MODEL } from "../model/operations";
import { formatCount, groupColumns } from "../ui/format";
import { Icon } from "../ui/icons";
import { Card } from "../ui/layout";

export function FileHelp() {
  const [{ data }] = useQuery({ query: MODEL, requestPolicy: "cache-first" });
  const columns = data?.model.requiredColumns;
  return (
    <Card title="What a file needs" class="file-help">
      <ul class="checks">
        <Check>CSV, XLSX or Parquet with a header; columns in any order</Check>
        <Check>CSV with commas, semicolons, tabs or bars, in UTF-8, UTF-16, Windows-1252 or Latin-1</Check>
        <Check>
          Each row needs a unique <code>trackID</code>
        </Check>
        <Check>Any size: files are streamed</Check>
        <Check>
          Plain or compressed: <code>.gz</code>, <code>.zst</code>
        </Check>
      </ul>
      {columns && (
        <details>
          <summary>The {formatCount(columns.length)} columns</summary>
          <p class="chips">
            {groupColumns(columns).map((column) => (
              <code key={column}>{column}</code>
            ))}
          </p>
        </details>
      )}
      <p class="hint">
        Bad rows are listed with their line, column and reason; the rest are stored. Uploading the same file
        twice does no harm.
      </p>
    </Card>
  );
}

function Check({ children }: { children: ComponentChildren }) {
  return (
    <li>
      <Icon name="check" />
      <span>{children}</span>
    </li>
  );
}
