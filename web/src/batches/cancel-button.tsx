/** Cancel a batch that is queued or running. What it has stored so far is kept. */

import { useMutation } from "@urql/preact";
import { problemOf } from "../api/errors";
import { Button } from "../ui/button";
import { ProblemNotice } from "../ui/notices";
import { CANCEL_BATCH } from "./operations";

export function CancelButton({ id }: { id: string }) {
  const [{ fetching, error }, cancel] = useMutation(CANCEL_BATCH);
  if (error) return <ProblemNotice problem={problemOf(error)} />;
  return (
    <Button icon="close" disabled={fetching} onClick={() => cancel({ id })}>
      Cancel
    </Button>
  );
}
