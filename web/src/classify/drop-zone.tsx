/** Drop files here, or choose them. */

import { useRef, useState } from "preact/hooks";
import { Button } from "../ui/button";
import { Icon } from "../ui/icons";

const TYPES = ".csv,.tsv,.txt,.xlsx,.parquet,.gz,.zst,text/csv,text/tab-separated-values";

export function DropZone({ add }: { add: (files: File[]) => void }) {
  const [isOver, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: only a mouse can drop; the button works for all
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
        add([...(event.dataTransfer?.files ?? [])]);
      }}
    >
      <span class="drop-icon">
        <Icon name="upload" />
      </span>
      <strong>Drop CSV, XLSX or Parquet files here</strong>
      <span class="hint">or choose them from your device</span>
      <Button kind="primary" onClick={() => input.current?.click()}>
        Choose files
      </Button>
      <input
        ref={input}
        class="hidden"
        type="file"
        accept={TYPES}
        multiple
        tabIndex={-1}
        aria-label="Files of tracks"
        onChange={(event) => {
          add([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = "";
        }}
      />
    </div>
  );
}
