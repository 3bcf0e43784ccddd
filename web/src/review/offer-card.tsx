/** After an answer: tracks that sound alike, to give the same answer together or one by one. */

import { useStore } from "@nanostores/preact";
import { linkTo } from "../frame/route";
import { GenreName } from "../genres/genre-name";
import { Button } from "../ui/button";
import { formatPercent, plural } from "../ui/format";
import { Card } from "../ui/layout";
import { KeyCap } from "./key-cap";
import type { Similar } from "./operations";
import { useReview } from "./review";
import type { Offer } from "./session";
import { useShortcuts } from "./shortcuts";

/** Keys 1 to 3 answer the question, so the offered tracks have 4 and up. */
const FIRST_KEY = 4;

export function OfferCard() {
  const { session } = useReview();
  const offer = useStore(session.offer);
  if (!offer) return null;
  return <Offered offer={offer} />;
}

function Offered({ offer }: { offer: Offer }) {
  const { session } = useReview();
  const { title, genre, similar, chosen } = offer;

  useShortcuts((key) => {
    const one = similar[Number(key) - FIRST_KEY];
    if (one) session.accept([one.track.trackId]);
    else if (/^a$/i.test(key)) session.accept(chosen);
    else if (key === "Escape") session.closeOffer();
    else return false;
    return true;
  });

  return (
    <Card
      class="offer"
      title="Sounds like this. Same answer?"
      hint={
        <>
          You said{" "}
          <strong>
            <GenreName genre={genre} />
          </strong>{" "}
          for “{title || "Untitled"}”
        </>
      }
      actions={
        <>
          <AcceptButton offer={offer} />
          <Button kind="quiet" icon="close" onClick={session.closeOffer}>
            <span class="hidden">Close the offer</span>
          </Button>
        </>
      }
    >
      <ul class="offered">
        {similar.map((other, index) => (
          <OfferedTrack
            key={other.track.trackId}
            similar={other}
            number={FIRST_KEY + index}
            isChosen={chosen.includes(other.track.trackId)}
          />
        ))}
      </ul>
    </Card>
  );
}

/** Answer the chosen tracks together. */
export function AcceptButton({ offer: { chosen, genre } }: { offer: Offer }) {
  const { session } = useReview();
  return (
    <Button kind="primary" disabled={chosen.length === 0} onClick={() => session.accept(chosen)}>
      <KeyCap>A</KeyCap>
      {chosen.length === 0 ? "Choose tracks" : `${plural(chosen.length, "track")}: ${genre}`}
    </Button>
  );
}

interface OfferedTrackProps {
  similar: Similar;
  number: number;
  isChosen: boolean;
}

function OfferedTrack({ similar: { track }, number, isChosen }: OfferedTrackProps) {
  const { session } = useReview();
  const guess = track.suggestions[0];
  const title = track.title || "Untitled";
  return (
    <li>
      <input
        type="checkbox"
        aria-label={`Include ${title}`}
        checked={isChosen}
        onChange={() => session.toggle(track.trackId)}
      />
      <span class="offered-title">
        <a href={linkTo("tracks", track.trackId)}>{title}</a>
        {guess && <small>{`the model says ${guess.genre}, ${formatPercent(guess.probability)}`}</small>}
      </span>
      <Button onClick={() => session.accept([track.trackId])}>
        <KeyCap>{number}</KeyCap> Same<span class="hidden"> answer for {title}</span>
      </Button>
    </li>
  );
}
