/** Find a document's `Upload` variables, and build the multipart request that carries their files. */

import { type DocumentNode, Kind, parse, type TypeNode } from "graphql";

export interface UploadVariable {
  name: string;
  /** As written: `Upload!` or `[Upload!]!`. */
  type: string;
  isList: boolean;
  isRequired: boolean;
}

/** Search every operation; find none while the document can't be parsed. */
export function findUploadVariables(text: string): UploadVariable[] {
  let document: DocumentNode;
  try {
    document = parse(text, { noLocation: true });
  } catch {
    return [];
  }
  const found = new Map<string, UploadVariable>();
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    for (const { variable, type } of definition.variableDefinitions ?? []) {
      const written = writeType(type);
      if (written.replace(/[[\]!]/g, "") !== "Upload") continue;
      const name = variable.name.value;
      const isRequired = type.kind === Kind.NON_NULL_TYPE;
      found.set(name, { name, type: written, isList: written.includes("["), isRequired });
    }
  }
  return [...found.values()];
}

function writeType(type: TypeNode): string {
  if (type.kind === Kind.NON_NULL_TYPE) return `${writeType(type.type)}!`;
  if (type.kind === Kind.LIST_TYPE) return `[${writeType(type.type)}]`;
  return type.name.value;
}

export interface Request {
  query: string;
  operationName?: string | null;
  variables?: Record<string, unknown>;
}

/** https://github.com/jaydenseric/graphql-multipart-request-spec */
export function makeForm(
  request: Request,
  variables: UploadVariable[],
  files: Record<string, File[]>,
): FormData {
  const map: Record<string, string[]> = {};
  const parts: File[] = [];
  const values: Record<string, unknown> = { ...request.variables };
  const attach = (file: File, path: string) => {
    map[parts.length] = [path];
    parts.push(file);
  };
  for (const { name, isList } of variables) {
    const chosen = files[name] ?? [];
    if (isList) {
      values[name] = chosen.map(() => null);
      for (const [index, file] of chosen.entries()) attach(file, `variables.${name}.${index}`);
    } else {
      values[name] = null;
      if (chosen[0]) attach(chosen[0], `variables.${name}`);
    }
  }
  const form = new FormData();
  form.append("operations", JSON.stringify({ ...request, variables: values }));
  form.append("map", JSON.stringify(map));
  for (const [index, file] of parts.entries()) form.append(String(index), file, file.name);
  return form;
}
