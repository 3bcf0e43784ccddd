/** A button that asks before it acts. The focus follows: to the question, and back to the button. */

import type { ComponentChildren } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Button } from "./button";
import type { IconName } from "./icons";

interface ConfirmProps {
  label: string;
  icon?: IconName;
  kind?: "plain" | "quiet";
  question: ComponentChildren;
  /** The words on the buttons of the question. */
  yes: string;
  no: string;
  isDanger?: boolean;
  disabled?: boolean;
  /** Whether the question is complete, so that it can be answered with yes. */
  isReady?: boolean;
  onAsk?: () => void;
  act: () => void;
}

export function Confirm(props: ConfirmProps) {
  const { label, icon, kind, question, yes, no, isDanger, disabled, isReady = true, onAsk, act } = props;
  const [isAsking, setAsking] = useState(false);
  const place = useRef<HTMLSpanElement>(null);
  const wasAsking = useRef(false);
  useEffect(() => {
    if (isAsking === wasAsking.current) return;
    wasAsking.current = isAsking;
    place.current?.querySelector<HTMLElement>(isAsking ? "[data-safe]" : "button")?.focus();
  }, [isAsking]);
  return (
    <span ref={place} class="confirm-place">
      {isAsking ? (
        <fieldset
          class="confirm"
          aria-label={label}
          onKeyDown={(event) => {
            if (event.key === "Escape") setAsking(false);
          }}
        >
          <span role="status">{question}</span>
          <Button
            kind={isDanger ? "danger" : "primary"}
            disabled={!isReady}
            onClick={() => {
              setAsking(false);
              act();
            }}
          >
            {yes}
          </Button>
          <Button kind="quiet" data-safe onClick={() => setAsking(false)}>
            {no}
          </Button>
        </fieldset>
      ) : (
        <Button
          kind={kind}
          icon={icon}
          disabled={disabled}
          onClick={() => {
            onAsk?.();
            setAsking(true);
          }}
        >
          {label}
        </Button>
      )}
    </span>
  );
}
