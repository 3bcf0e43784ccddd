/** @jsxImportSource react */
/** What GraphiQL lacks: a file picker for `Upload` variables, and a list of events. */

import { useGraphiQL } from "@graphiql/react";
import { useStore } from "@nanostores/react";
import { useEffect, useMemo } from "react";
import { createPortal } from "react-dom";
import { formatBytes, formatPercent } from "../ui/format";
import { activeTab, chooseFiles, chosenFiles, events, sending } from "./state";
import { findUploadVariables, type UploadVariable } from "./uploads";

/** Rendered inside GraphiQL, to know its tabs; the files are shown above it. */
export function Panels({ above }: { above: HTMLElement | null }) {
  const tab = useGraphiQL(({ tabs, activeTabIndex }) => tabs[activeTabIndex]);
  const variables = useMemo(() => findUploadVariables(tab?.query ?? ""), [tab?.query]);
  const queryEditor = useGraphiQL(({ queryEditor }) => queryEditor);
  const variableEditor = useGraphiQL(({ variableEditor }) => variableEditor);
  useEffect(() => activeTab.set(tab?.id ?? ""), [tab?.id]);
  // The editors load after the tabs, and show the first tab even if another was chosen meanwhile.
  // biome-ignore-start lint/correctness/useExhaustiveDependencies: later, GraphiQL fills them itself
  useEffect(() => fill(queryEditor, tab?.query), [queryEditor]);
  useEffect(() => fill(variableEditor, tab?.variables), [variableEditor]);
  // biome-ignore-end lint/correctness/useExhaustiveDependencies: later, GraphiQL fills them itself
  return (
    <>
      {above &&
        tab &&
        variables.length > 0 &&
        createPortal(<Files tab={tab.id} variables={variables} />, above)}
      <Events />
    </>
  );
}

function fill(
  editor: { getValue(): string; setValue(text: string): void } | undefined,
  text: string | null | undefined,
): void {
  if (editor && editor.getValue() !== (text ?? "")) editor.setValue(text ?? "");
}

function Files({ tab, variables }: { tab: string; variables: UploadVariable[] }) {
  const upload = useStore(sending);
  return (
    <section className="files" aria-label="Files of this operation">
      {variables.map((variable) => (
        <FilePicker key={variable.name} tab={tab} variable={variable} />
      ))}
      {upload && (
        <div className="files-progress">
          <progress max={1} value={upload.sent / upload.total} aria-label="Sent" />
          <span>
            {upload.sent < upload.total
              ? `${formatPercent(upload.sent / upload.total)} of ${formatBytes(upload.total)} sent`
              : "Upload complete. Waiting for the answer …"}
          </span>
          <button type="button" onClick={upload.cancel}>
            Cancel
          </button>
        </div>
      )}
    </section>
  );
}

function FilePicker({ tab, variable }: { tab: string; variable: UploadVariable }) {
  const { name, type, isList } = variable;
  const files = useStore(chosenFiles)[tab]?.[name] ?? [];
  return (
    <div className="file">
      <label className="file-choose">
        <code>
          ${name}: {type}
        </code>
        <span className="file-button">
          {files.length > 0 ? "Change" : isList ? "Choose files" : "Choose file"}
        </span>
        <input
          type="file"
          multiple={isList}
          aria-label={`File for $${name}`}
          onChange={(event) => {
            chooseFiles(tab, name, [...(event.currentTarget.files ?? [])]);
            event.currentTarget.value = "";
          }}
        />
      </label>
      {files.length === 0 && <span className="file-none">No file chosen</span>}
      {files.map((file) => (
        <span key={`${file.name} ${file.size} ${file.lastModified}`} className="file-name">
          {file.name} <small>{formatBytes(file.size)}</small>
          <button
            type="button"
            aria-label={`Remove ${file.name}`}
            onClick={() =>
              chooseFiles(
                tab,
                name,
                files.filter((kept) => kept !== file),
              )
            }
          >
            ×
          </button>
        </span>
      ))}
    </div>
  );
}

function Events() {
  const list = useStore(events);
  if (list.length === 0) return null;
  return (
    <section className="events" aria-label="Events">
      <header>
        <strong>Events</strong>
        <span>{list.length}</span>
        <button type="button" onClick={() => events.set([])}>
          Clear
        </button>
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: the keyboard can only scroll what it can focus */}
      <ol tabIndex={0}>
        {list.map(({ number, at, text }) => (
          <li key={number}>
            <span>#{number}</span>
            <time>{at.toLocaleTimeString("en", { hour12: false, fractionalSecondDigits: 3 })}</time>
            <code>{text}</code>
          </li>
        ))}
      </ol>
    </section>
  );
}
