/** Upload files and watch them being classified. */

import { useStore } from "@nanostores/preact";
import { useClient, useQuery } from "@urql/preact";
import { useState } from "preact/hooks";
import { useRole } from "../api/roles";
import { BATCHES, CLASSIFY } from "../batches/operations";
import { BatchTable } from "../batches/table";
import { fetchSample } from "../csv/sample";
import { linkTo } from "../frame/route";
import { AsGraphQL } from "../ui/as-graphql";
import { Button } from "../ui/button";
import { Card, Heading } from "../ui/layout";
import { ProblemNotice } from "../ui/notices";
import { DropZone } from "./drop-zone";
import { FileHelp } from "./file-help";
import { JobCard } from "./job-card";
import { addFiles, jobs } from "./jobs";
import { RunningBatches } from "./running-batches";

const SAMPLE_ROWS = 400;

export function ClassifyView() {
  const client = useClient();
  const list = useStore(jobs);
  const [problem, setProblem] = useState<string | null>(null);
  const maySend = useRole("WRITER");

  async function addSample(withMistakes: boolean): Promise<void> {
    setProblem(null);
    try {
      addFiles(client, [await fetchSample(SAMPLE_ROWS, withMistakes)]);
    } catch (error) {
      setProblem(error instanceof Error ? error.message : String(error));
    }
  }

  return (
    <>
      <Heading title="Classify tracks" lead="Upload files of tracks. Every track gets a genre and is stored.">
        <AsGraphQL operation={CLASSIFY} variables={{ csvFile: null }} />
      </Heading>
      <div class={`columns wide-left ${list.length > 0 ? "has-jobs" : ""}`}>
        <Card class="drop-card">
          {!maySend && <p class="notice">Only writers can send files: ask an operator for that role.</p>}
          <DropZone add={(files) => addFiles(client, files)} />
          <div class="sample-line">
            <span>No file handy?</span>
            <Button icon="music" onClick={() => addSample(false)}>
              Try the sample
            </Button>
            <Button kind="quiet" onClick={() => addSample(true)}>
              Sample with mistakes
            </Button>
          </div>
          {problem && <ProblemNotice problem={{ title: "Couldn't load the sample", detail: problem }} />}
        </Card>
        <FileHelp />
      </div>
      <div class="jobs">
        {list.map((job) => (
          <JobCard key={job.key} job={job} />
        ))}
      </div>
      <RecentBatches isShort={list.length > 0} />
    </>
  );
}

/** What runs already; and without uploads of this page, the latest batches. */
function RecentBatches({ isShort }: { isShort: boolean }) {
  const [{ data }] = useQuery({ query: BATCHES, variables: { first: 5 } });
  const batches = data?.batches.nodes ?? [];
  if (batches.length === 0) return null;
  return (
    <>
      <RunningBatches batches={batches} />
      {!isShort && (
        <Card title="Recent batches" actions={<a href={linkTo("batches")}>All batches</a>}>
          <BatchTable batches={batches} />
        </Card>
      )}
    </>
  );
}
