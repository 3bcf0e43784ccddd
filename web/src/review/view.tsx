/** Review: answer a few well-chosen tracks, and the rest of the catalogue gets better. */

import { useStore } from "@nanostores/preact";
import { useClient, useQuery } from "@urql/preact";
import { useEffect, useState } from "preact/hooks";
import { credentials } from "../api/credentials";
import { useRole } from "../api/roles";
import { COUNTS } from "../batches/operations";
import { linkTo } from "../frame/route";
import { AsGraphQL } from "../ui/as-graphql";
import { Icon } from "../ui/icons";
import { Heading } from "../ui/layout";
import { Apply } from "./catalogue/apply";
import { OutboxNotice } from "./delivery/outbox-notice";
import { Estimate } from "./estimate/estimate";
import { OfferCard } from "./offer-card";
import { QUEUE } from "./operations";
import { QuestionCard } from "./question/question-card";
import { type Review, ReviewContext, startReview, useReview } from "./review";
import "./review.css";
import "./estimate/estimate.css";

export default function ReviewView({ batchId = null }: { batchId?: string | null }) {
  const client = useClient();
  const clientId = useStore(credentials)?.clientId;
  const [review, setReview] = useState<Review | null>(null);
  const mayAnswer = useRole("REVIEWER");
  useEffect(() => {
    if (!clientId) return;
    const started = startReview(client, clientId, batchId);
    setReview(started);
    return started.stop;
  }, [client, clientId, batchId]);
  return (
    <div class="review-page">
      {batchId && <BatchLink id={batchId} />}
      <Heading
        title="Review"
        lead="Answer the tracks that teach the most. The model learns from you after every ten answers."
      >
        <AsGraphQL operation={QUEUE} variables={{ first: 10, batchId }} />
      </Heading>
      {!mayAnswer && <p class="notice">Only reviewers can answer: ask an operator for that role.</p>}
      {review && mayAnswer && (
        <ReviewContext.Provider value={review}>
          <OutboxNotice />
          <div class="columns review">
            <div class="stack">
              <QuestionCard />
              <OfferCard />
            </div>
            <div class="stack">
              <Estimate />
              <Apply />
            </div>
          </div>
          <Announcer />
        </ReviewContext.Provider>
      )}
    </div>
  );
}

function BatchLink({ id }: { id: string }) {
  const [{ data }] = useQuery({ query: COUNTS, variables: { id } });
  return (
    <a class="back" href={linkTo("batches", id)}>
      <Icon name="back" />
      Only tracks of {data?.batch?.fileName ?? "this batch"}
    </a>
  );
}

/** What just happened, for screen readers; the page shows it in other ways. */
function Announcer() {
  const { session } = useReview();
  const message = useStore(session.message);
  return (
    <p class="hidden" role="status">
      {message}
    </p>
  );
}
