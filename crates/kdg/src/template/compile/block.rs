//! Blocks: what repeats and what depends on a condition.

use super::super::error::{Problem, quoted};
use super::super::grammar::CONDITION;
use super::super::limit::{MAX_NESTED_BLOCKS, MAX_REPEAT, MAX_TURNS};
use super::super::markup::{Block, Term, Test, Times};
use super::super::program::Op;
use super::Compiler;

/// A block that is not closed yet.
pub(super) struct Open<'a> {
    block: Block,
    at: usize,
    tag: &'a str,
    /// Its tag could not be read, which is blame enough.
    broken: bool,
    /// The names known before it.
    names: usize,
    /// The operation that starts it, or the test of its current branch.
    start: usize,
    /// The ends of its branches, which go on behind it.
    exits: Vec<usize>,
    /// Where its `{{else}}` stands.
    otherwise: Option<usize>,
    separator: Option<String>,
    /// How often it may be repeated.
    most: u64,
    /// The turns that the blocks inside it may take.
    turns: u64,
}

impl<'a> Compiler<'a> {
    /// How many repeat blocks are open.
    pub(super) fn repeats(&self) -> usize {
        let repeats = self.open.iter().filter(|open| open.block == Block::Repeat);
        repeats.count()
    }

    pub(super) fn open_repeat(&mut self, at: usize, times: Times<'a>, separator: Option<String>) {
        let depth = self.repeats();
        let (times, most) = match times {
            Times::Between { at, low, high } => {
                if high > MAX_REPEAT {
                    self.too_many(at, "too many turns", MAX_REPEAT);
                }
                (Some((low, high)), high)
            }
            Times::Term(term) => {
                self.push(Op::Mark(0));
                self.term(term);
                // How many is only known when it is rendered.
                (None, 1)
            }
        };
        let start = self.here();
        self.push(Op::Repeat {
            depth,
            times,
            end: 0,
        });
        let open = self.open(Block::Repeat, at, start);
        (open.separator, open.most) = (separator, most);
    }

    pub(super) fn open_if(&mut self, at: usize, test: Test<'a>) {
        let start = self.test(test);
        self.open(Block::If, at, start);
    }

    /// Opens a block whose tag could not be read.
    pub(super) fn open_broken(&mut self, block: Block, at: usize) {
        let start = self.here();
        self.open(block, at, start).broken = true;
    }

    fn open(&mut self, block: Block, at: usize, start: usize) -> &mut Open<'a> {
        if self.open.len() == MAX_NESTED_BLOCKS {
            self.too_many(
                at,
                "too many blocks inside one another",
                MAX_NESTED_BLOCKS as u64,
            );
            self.stopped = true;
        }
        self.open.push(Open {
            block,
            at,
            tag: self.tag,
            broken: false,
            names: self.scope.depth(),
            start,
            exits: Vec::new(),
            otherwise: None,
            separator: None,
            most: 1,
            turns: 0,
        });
        let last = self.open.len() - 1;
        &mut self.open[last]
    }

    /// Appends a condition; the operation that decides.
    fn test(&mut self, test: Test<'a>) -> usize {
        let otherwise = 0;
        let op = match test {
            Test::Compare(left, comparison, right) => {
                self.push(Op::Mark(0));
                self.term(left);
                self.push(Op::Mark(1));
                self.term(right);
                Op::Compare {
                    comparison,
                    otherwise,
                }
            }
            Test::Holds { term, negated } => {
                self.push(Op::Mark(0));
                match term {
                    Term::Name { at, name } if self.lacks_its_rest(&name) => {
                        let found = format!("{} alone", quoted(&name));
                        let expected = CONDITION;
                        self.error(at, Problem::Syntax { expected, found });
                    }
                    term => self.term(term),
                }
                Op::Holds { negated, otherwise }
            }
            Test::Chance(chance) => Op::Chance { chance, otherwise },
            Test::Alive { entity, negated } => Op::Alive {
                reference: self.reference(entity, None).0,
                negated,
                otherwise,
            },
        };
        let decides = self.here();
        self.push(op);
        decides
    }

    /// Whether a condition consists of its first word, and no variable is called so.
    fn lacks_its_rest(&self, name: &str) -> bool {
        matches!(name, "not" | "chance" | "ref") && self.scope.slot(name).is_none()
    }

    /// `{{else}}`, or `{{else if}}` with its test.
    pub(super) fn branch(&mut self, at: usize, test: Option<Test<'a>>) {
        if !self.is_innermost(at, Block::If) {
            return;
        }
        let exit = self.here();
        self.push(Op::Jump(0));
        let Some(mut open) = self.open.pop() else {
            return;
        };
        if let Some(otherwise) = open.otherwise {
            let (line, column) = self.source.place(otherwise);
            self.error(at, Problem::AfterElse { line, column });
        }
        self.scope.leave(open.names);
        self.redirect(open.start);
        open.exits.push(exit);
        match test {
            Some(test) => open.start = self.test(test),
            None => open.otherwise = Some(at),
        }
        self.open.push(open);
    }

    pub(super) fn close(&mut self, at: usize, block: Block) {
        if !self.is_innermost(at, block) {
            return;
        }
        let Some(open) = self.open.pop() else {
            return;
        };
        self.scope.leave(open.names);
        let mut turns = open.turns;
        if block == Block::Repeat {
            turns = open.most.saturating_mul(turns.saturating_add(1));
            let depth = self.repeats();
            self.push(Op::Again {
                depth,
                start: open.start + 1,
                separator: open.separator.map(String::into_boxed_str),
            });
        }
        if open.otherwise.is_none() || block == Block::Repeat {
            self.redirect(open.start);
        }
        for exit in open.exits {
            self.redirect(exit);
        }
        match self.open.last_mut() {
            Some(around) => around.turns = around.turns.saturating_add(turns),
            None if turns > MAX_TURNS => {
                let problem = Problem::TooMany {
                    what: "the blocks in here repeat too often together",
                    most: MAX_TURNS,
                };
                self.error_of(open.tag, open.at, problem);
            }
            None => {}
        }
    }

    /// Whether the innermost block is one that this tag can belong to. If it is
    /// not, but one around it is, the blocks inside that are closed.
    fn is_innermost(&mut self, at: usize, block: Block) -> bool {
        if !self.open.iter().any(|open| open.block == block) {
            let block = block.name();
            self.error(at, Problem::NotOpen { block });
            return false;
        }
        while let Some(inside) = self.open.pop_if(|open| open.block != block) {
            self.scope.leave(inside.names);
            if !inside.broken {
                let (line, column) = self.source.place(inside.at);
                let problem = Problem::Crossed {
                    block: inside.block.name(),
                    line,
                    column,
                };
                self.error(at, problem);
            }
        }
        true
    }

    /// Blames the blocks that the template leaves open.
    pub(super) fn close_all(&mut self) {
        let (line, column) = self.source.place(self.source.text().len());
        while let Some(open) = self.open.pop() {
            if !open.broken {
                let problem = Problem::Unclosed {
                    block: open.block.name(),
                    line,
                    column,
                };
                self.error_of(open.tag, open.at, problem);
            }
        }
    }

    /// Makes the operation `op` lead here if it does not go on with the next.
    pub(super) fn redirect(&mut self, op: usize) {
        let here = self.here();
        if let Some(
            Op::Jump(to)
            | Op::Compare { otherwise: to, .. }
            | Op::Holds { otherwise: to, .. }
            | Op::Chance { otherwise: to, .. }
            | Op::Alive { otherwise: to, .. }
            | Op::Repeat { end: to, .. }
            | Op::Pick { known: to, .. },
        ) = self.program.ops.get_mut(op)
        {
            *to = here;
        }
    }
}
