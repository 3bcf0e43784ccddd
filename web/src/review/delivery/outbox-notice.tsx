/** Answers that are not saved yet, while that is worth knowing. */

import { useStore } from "@nanostores/preact";
import { Button } from "../../ui/button";
import { plural } from "../../ui/format";
import { Icon } from "../../ui/icons";
import { useReview } from "../review";
import type { Answer } from "./outbox";

export function OutboxNotice() {
  const { outbox, sender } = useReview();
  const answers = useStore(outbox.answers);
  const trouble = useStore(sender.trouble);
  const refused = answers.filter(({ refusal }) => refusal !== null);
  const waiting = answers.filter(({ refusal }) => refusal === null);
  return (
    <div class="outbox" role="status">
      {trouble && waiting.length > 0 && (
        <div class="notice bad">
          <Icon name="alert" />
          <div>
            <strong>{plural(waiting.length, "answer")} not saved yet</strong>
            <p>{trouble.title}. Your answers are kept in this tab and sent again until they are saved.</p>
            <AnswerList answers={waiting} />
            <Button onClick={sender.retry}>Send now</Button>
          </div>
        </div>
      )}
      {refused.length > 0 && (
        <div class="notice bad">
          <Icon name="alert" />
          <div>
            <strong>The service refused {plural(refused.length, "answer")}</strong>
            <ul>
              {refused.map((answer) => (
                <li key={answer.key}>
                  {answer.title || "Untitled"}, {answer.genre ?? "undo"}: {answer.refusal}{" "}
                  <Button kind="quiet" onClick={() => outbox.remove(new Set([answer.key]))}>
                    Discard
                  </Button>
                </li>
              ))}
            </ul>
          </div>
        </div>
      )}
    </div>
  );
}

function AnswerList({ answers }: { answers: Answer[] }) {
  return (
    <details>
      <summary>Show them</summary>
      <ul>
        {answers.map(({ key, title, genre }) => (
          <li key={key}>
            {title || "Untitled"}: {genre ?? "take the answer back"}
          </li>
        ))}
      </ul>
    </details>
  );
}
