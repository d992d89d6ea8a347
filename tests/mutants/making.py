"""The mutants of a file: mutmut's own operators, in every function.

mutmut's runner keeps all mutants of a function side by side, which it cannot do where a function has a
decorator: it leaves those out. The door of every deed is such a function. So only mutmut's making of mutants
is used, and one function at a time is given the code of one mutant.
"""

import difflib
from dataclasses import dataclass, field
from pathlib import Path

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation import file_mutation
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import get_ignored_lines


class Everywhere(file_mutation.MutationVisitor):
    """mutmut's visitor, that goes into decorated functions too."""

    def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
        decorated = isinstance(node, cst.FunctionDef) and node.decorators
        return False if decorated else super()._skip_node_and_children(node)


@dataclass(frozen=True)
class Mutant:
    """One change to one function of a file."""

    path: str
    function: str
    number: int
    lines: range  # of the whole function, without its first: that one runs when the module is loaded
    by_mutmut: bool  # whether mutmut's own runner would make it
    module: cst.Module = field(repr=False)
    mutation: file_mutation.Mutation = field(repr=False)

    @property
    def name(self) -> str:
        return f"{self.path}:{self.function}:{self.number}"

    def source(self) -> str:
        """The file with the change."""
        return self.module.deep_replace(self.mutation.original_node, self.mutation.mutated_node).code

    def change(self) -> list[str]:
        """The lines that differ, with - and +."""
        lines = difflib.unified_diff(self.module.code.splitlines(), self.source().splitlines(), n=0)
        return [line[0] + line[1:].strip() for line in lines if line[:3] not in ("---", "+++", "@@ ")]


def mutants_of(project: Path, path: str) -> list[Mutant]:
    """Those in functions and methods, decorated or not, in the order of the file."""
    code = (project / path).read_text()
    wrapper = MetadataWrapper(cst.parse_module(code))
    visitor = Everywhere(mutation_operators, get_ignored_lines(path, code, wrapper))
    wrapper.visit(visitor)
    names, positions = _functions(wrapper.module), wrapper.resolve(PositionProvider)
    made, counts = [], dict.fromkeys(names.values(), 0)
    for mutation in visitor.mutations:
        function = mutation.contained_by_top_level_function
        if isinstance(function, cst.FunctionDef):
            name, where = names[function], positions[function.body]
            counts[name] += 1
            lines = range(where.start.line, where.end.line + 1)
            undecorated = not function.decorators
            made.append(Mutant(path, name, counts[name], lines, undecorated, wrapper.module, mutation))
    return made


def _functions(module: cst.Module) -> dict[cst.FunctionDef, str]:
    """Functions, and methods with their class' name before them."""
    found = {node: node.name.value for node in module.body if isinstance(node, cst.FunctionDef)}
    for cls in module.body:
        if isinstance(cls, cst.ClassDef):
            methods = [node for node in cls.body.body if isinstance(node, cst.FunctionDef)]
            found |= {node: f"{cls.name.value}.{node.name.value}" for node in methods}
    return found
