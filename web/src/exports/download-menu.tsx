/** A menu of downloads: one entry for each format, below entries that only some views have. */

import { useClient } from "@urql/preact";
import { useRef, useState } from "preact/hooks";
import { type Problem, problemOf } from "../api/errors";
import { Icon } from "../ui/icons";
import { ProblemNotice } from "../ui/notices";
import { useDismissal } from "./dismissal";
import { EXPORT_LINK } from "./operations";
import { type AskLink, startDownload } from "./start";
import "./exports.css";

/** Which tracks to download, as the arguments of `tracks` in the API. */
export interface ExportFilter {
  search?: string;
  genre?: string;
  batchId?: string;
  uncertain?: boolean;
  corrected?: boolean;
  minConfidence?: number;
  maxConfidence?: number;
}

export interface DownloadEntry {
  name: string;
  hint?: string;
  ask: AskLink;
}

interface DownloadMenuProps {
  filter: ExportFilter;
  /** Entries above the formats. */
  first?: DownloadEntry[];
}

const FORMATS = [
  { format: "CSV", name: "CSV", hint: "the tracks and their genres" },
  { format: "XLSX", name: "Excel", hint: "up to 1,048,575 tracks" },
  { format: "PARQUET", name: "Parquet", hint: "for data frames" },
  { format: "JSONL", name: "JSON Lines", hint: "one object per track" },
] as const;

export function DownloadMenu({ filter, first = [] }: DownloadMenuProps) {
  const client = useClient();
  const menu = useRef<HTMLDetailsElement>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [isBusy, setBusy] = useState(false);
  const close = useDismissal(menu);

  async function download(ask: AskLink): Promise<void> {
    setBusy(true);
    close();
    const error = await startDownload(client, ask);
    setProblem(error ? problemOf(error) : null);
    setBusy(false);
  }

  const formats = FORMATS.map(({ format, ...entry }) => ({
    ...entry,
    ask: askTracks({ format, ...filter }),
  }));
  return (
    <div class="downloads">
      <details ref={menu}>
        <summary class="button" aria-busy={isBusy}>
          <Icon name="download" />
          Download
        </summary>
        <ul>
          {[...first, ...formats].map(({ name, hint, ask }) => (
            <li key={name}>
              <button type="button" disabled={isBusy} onClick={() => download(ask)}>
                {name}
                {hint && <small>{hint}</small>}
              </button>
            </li>
          ))}
        </ul>
      </details>
      {problem && <ProblemNotice problem={problem} />}
    </div>
  );
}

function askTracks(variables: ExportFilter & { format: (typeof FORMATS)[number]["format"] }): AskLink {
  return async (client) => {
    const { data, error } = await client.mutation(EXPORT_LINK, variables).toPromise();
    return { link: data?.exportLink, error };
  };
}
