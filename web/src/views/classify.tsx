/** Send files and watch them being classified. */

import { useClient, useQuery } from "@urql/preact";
import { useRef, useState } from "preact/hooks";
import { BATCHES, CLASSIFY, MODEL } from "../api/documents";
import { fetchSample } from "../csv/sample";
import { formatCount, groupColumns } from "../format";
import { addFiles, jobs } from "../jobs";
import { linkTo } from "../router";
import { useStore } from "../use-store";
import { Icon } from "../ui/icons";
import { AsGraphQL, Button, Card, Heading, ProblemNotice } from "../ui/parts";
import { BatchTable } from "./batches";
import { JobCard } from "./job";

const SAMPLE_ROWS = 400;

export function ClassifyView() {
  const client = useClient();
  const list = useStore(jobs);
  const [problem, setProblem] = useState<string | null>(null);

  async function takeSample(withMistakes: boolean): Promise<void> {
    setProblem(null);
    try {
      addFiles(client, [await fetchSample(SAMPLE_ROWS, withMistakes)]);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }

  return (
    <>
      <Heading title="Classify tracks" lead="Drop CSV files here; each track gets a genre and is stored.">
        <AsGraphQL operation={CLASSIFY} variables={{ csvFile: null }} />
      </Heading>
      <div class={`columns wide-left ${list.length > 0 ? "has-jobs" : ""}`}>
        <Card class="drop-card">
          <DropZone take={(files) => addFiles(client, files)} />
          <div class="sample-line">
            <span>No file at hand?</span>
            <Button icon="music" onClick={() => takeSample(false)}>
              Take the sample
            </Button>
            <Button kind="quiet" onClick={() => takeSample(true)}>
              Sample with mistakes
            </Button>
          </div>
          {problem && <ProblemNotice problem={{ title: "No sample", detail: problem }} />}
        </Card>
        <FileHelp />
      </div>
      <div class="jobs">
        {list.map((job) => (
          <JobCard key={job.key} job={job} />
        ))}
      </div>
      {list.length === 0 && <RecentBatches />}
    </>
  );
}

function DropZone({ take }: { take: (files: File[]) => void }) {
  const [isOver, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  return (
    <div
      class={`drop ${isOver ? "over" : ""}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        take([...(event.dataTransfer?.files ?? [])]);
      }}
    >
      <span class="drop-icon">
        <Icon name="upload" />
      </span>
      <strong>Drop CSV files here</strong>
      <span class="hint">or choose them from this device</span>
      <Button kind="primary" onClick={() => input.current?.click()}>
        Choose files
      </Button>
      <input
        ref={input}
        class="hidden"
        type="file"
        accept=".csv,.csv.gz,.csv.zst,.gz,.zst,text/csv,application/gzip,application/zstd"
        multiple
        tabIndex={-1}
        aria-label="CSV files"
        onChange={(event) => {
          take([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }}
      />
    </div>
  );
}

function FileHelp() {
  const [{ data }] = useQuery({ query: MODEL, requestPolicy: "cache-first" });
  const columns = data?.model.requiredColumns;
  return (
    <Card title="What a file needs" class="file-help">
      <ul class="checks">
        <li><Icon name="check" /><span>UTF-8 with a header line; columns in any order</span></li>
        <li><Icon name="check" /><span>A <code>trackID</code> of its own in each row</span></li>
        <li><Icon name="check" /><span>Any length: it is read as a stream</span></li>
        <li><Icon name="check" /><span>Plain, or compressed: <code>.csv.gz</code>, <code>.csv.zst</code></span></li>
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
        A wrong row is listed with its line, its column and the reason; the others are stored. Sending
        the same file again changes nothing.
      </p>
    </Card>
  );
}

function RecentBatches() {
  const [{ data }] = useQuery({ query: BATCHES, variables: { first: 5 } });
  const batches = data?.batches.nodes ?? [];
  if (batches.length === 0) return null;
  return (
    <Card title="Recent batches" actions={<a href={linkTo("batches")}>All batches</a>}>
      <BatchTable batches={batches} />
    </Card>
  );
}
