/**
 * Leave out of an operation what the service's schema does not have.
 *
 * The page comes from the service, so both are of one version. In a rolling update they may differ
 * for a while: a page of the new version then asks an old replica. One unknown field would fail the
 * whole operation.
 */

import type {
  ASTNode,
  DocumentNode,
  OperationDefinitionNode,
  SelectionSetNode,
} from "@0no-co/graphql.web";
import { makeOperation, mapExchange, type Exchange } from "@urql/core";

interface TypeRef {
  name: string | null;
  ofType?: TypeRef | null;
}
interface OutlineField {
  name: string;
  type: TypeRef;
  args: { name: string }[];
}
export interface Outline {
  types: { name: string; fields: OutlineField[] | null }[];
}

export const OUTLINE = /* GraphQL */ `
  query Outline {
    __schema {
      types {
        name
        fields {
          name
          args { name }
          type { name ofType { name ofType { name ofType { name } } } }
        }
      }
    }
  }
`;

let types: Map<string, Map<string, OutlineField>> | null = null;

/** Without an outline (introspection may be off) operations stay as they are. */
export function setOutline(outline: Outline | null): void {
  types = outline && new Map(
    outline.types.map(({ name, fields }) => [name, new Map(fields?.map((f) => [f.name, f]))]),
  );
}

export function hasField(type: string, field: string, argument?: string): boolean {
  if (!types) return true;
  const found = types.get(type)?.get(field);
  return !!found && (!argument || found.args.some(({ name }) => name === argument));
}

export const outlineExchange: Exchange = mapExchange({
  onOperation(operation) {
    if (!types || operation.kind === "teardown") return operation;
    const query = prune(operation.query as DocumentNode) as typeof operation.query;
    return makeOperation(operation.kind, { ...operation, query });
  },
});

const ROOTS = { query: "Query", mutation: "Mutation", subscription: "Subscription" };

function prune(document: DocumentNode): DocumentNode {
  const definitions = document.definitions.map((definition) => {
    if (definition.kind === "OperationDefinition") return pruneOperation(definition);
    if (definition.kind !== "FragmentDefinition") return definition;
    const type = definition.typeCondition.name.value;
    return { ...definition, selectionSet: pruneSelection(definition.selectionSet, type) };
  });
  const pruned = { ...document, definitions };
  delete (pruned as { loc?: unknown }).loc; // else urql sends the source text
  delete (pruned as { __key?: unknown }).__key;
  return pruned;
}

function pruneOperation(operation: OperationDefinitionNode): OperationDefinitionNode {
  const selectionSet = pruneSelection(operation.selectionSet, ROOTS[operation.operation]);
  const used = variablesIn(selectionSet);
  return {
    ...operation,
    selectionSet,
    variableDefinitions: operation.variableDefinitions?.filter(({ variable }) =>
      used.has(variable.name.value),
    ),
  };
}

function pruneSelection(set: SelectionSetNode, type: string): SelectionSetNode {
  const fields = types?.get(type);
  const selections = set.selections.flatMap((node) => {
    if (node.kind !== "Field" || node.name.value.startsWith("__")) return [node];
    const field = fields?.get(node.name.value);
    if (!field) return [];
    const known = new Set(field.args.map(({ name }) => name));
    return [
      {
        ...node,
        arguments: node.arguments?.filter(({ name }) => known.has(name.value)),
        selectionSet: node.selectionSet && pruneSelection(node.selectionSet, nameOf(field.type)),
      },
    ];
  });
  return { ...set, selections };
}

function nameOf(type: TypeRef): string {
  return type.name ?? (type.ofType ? nameOf(type.ofType) : "");
}

function variablesIn(node: unknown, found = new Set<string>()): Set<string> {
  if (Array.isArray(node)) for (const item of node) variablesIn(item, found);
  else if (node && typeof node === "object") {
    const { kind } = node as ASTNode;
    if (kind === "Variable") found.add((node as { name: { value: string } }).name.value);
    else for (const item of Object.values(node)) variablesIn(item, found);
  }
  return found;
}
