//! The walls of the house: a room uses only what stands below it, and the rooms stand in this order.

use crate::common::root;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use syn::visit::Visit;

/// The rooms from the ground up. Every file of `src` belongs to the room of its first folder or its own name.
const ROOMS: [&str; 35] = [
    // Words of the house: what everything else is said with.
    "fingerprint",
    "frames",
    "language",
    "level",
    "address",
    "script",
    // Knowledge: figures, labels, forms, time.
    "value",
    "label",
    "form",
    "calendar",
    // What is read.
    "read",
    "input",
    "returns",
    // What is found wrong, as data.
    "diagnose",
    "finding",
    "check",
    // Where things stand, and whose they are.
    "locate",
    "part_sums",
    "agency",
    "narrative",
    // Sentences about it.
    "message",
    "trouble",
    "settings",
    // From files to returns, from returns to the city.
    "sendback",
    "discover",
    "intake",
    "consolidate",
    "earlier",
    "collate",
    "decisions",
    // What comes out, and what calls it all.
    "publish",
    "power",
    "run",
    "cli",
    "main",
];

/// `lib.rs` declares the rooms and uses none.
const DECLARES: &str = "lib";

fn sources(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

/// Room, path and text of every source file.
fn rooms() -> Vec<(String, String, String)> {
    let src = root().join("src");
    let mut files = Vec::new();
    sources(&src, &mut files);
    files.sort();
    let room = |path: &Path| {
        let below = path.strip_prefix(&src).unwrap().to_string_lossy().replace('\\', "/");
        let room = below.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
        (room, below)
    };
    files
        .iter()
        .map(|path| {
            let (room, below) = room(path);
            (room, below, fs::read_to_string(path).unwrap())
        })
        .collect()
}

/// The rooms that a text names: what stands behind `crate::` or, in the binary, `huizong::`. Comments name them freely.
fn named(text: &str) -> BTreeSet<String> {
    let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let text = code.join("\n");
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut named = BTreeSet::new();
    for root in ["crate::", "huizong::"] {
        for (at, _) in text.match_indices(root) {
            if text[..at].chars().next_back().is_some_and(is_word) {
                continue;
            }
            let rest = &text[at + root.len()..];
            assert!(
                !rest.starts_with('{') && !rest.starts_with('*'),
                "write imports of several rooms one by one: {root}{}",
                &rest[..20]
            );
            named.insert(rest.chars().take_while(|c| is_word(*c)).collect());
        }
    }
    named
}

#[test]
fn a_room_uses_only_what_stands_below_it() {
    let height: BTreeMap<&str, usize> = ROOMS.iter().enumerate().map(|(height, room)| (*room, height)).collect();
    assert_eq!(height.len(), ROOMS.len(), "a room stands twice");
    let mut faults = Vec::new();
    let mut used = BTreeSet::new();
    for (room, path, text) in rooms() {
        if room == DECLARES {
            continue;
        }
        let Some(own) = height.get(room.as_str()) else {
            faults.push(format!("{path}: {room} has no place in the order"));
            continue;
        };
        used.insert(room.clone());
        for other in named(&text).into_iter().filter(|other| *other != room) {
            match height.get(other.as_str()) {
                Some(below) if below < own => {}
                Some(_) => faults.push(format!("{path}: {room} reaches up to {other}")),
                // A macro or a word in a text.
                None => faults.push(format!("{path}: names {other}, which is no room")),
            }
        }
    }
    faults.extend(ROOMS.iter().filter(|room| !used.contains(**room)).map(|room| format!("{room} has no file")));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// Longest function in lines, and deepest nesting of branches and loops, the function's own body counted as one.
const MOST_LINES: usize = 80;
const DEEPEST: usize = 5;

/// A function of `src`, without its tests.
struct Function {
    name: String,
    lines: usize,
    depth: usize,
}

/// Collects the functions of a file.
#[derive(Default)]
struct Functions {
    found: Vec<Function>,
}

impl Functions {
    fn add(&mut self, name: &syn::Ident, block: &syn::Block, from: proc_macro2::Span) {
        let lines = block.brace_token.span.close().end().line - from.start().line + 1;
        let mut depth = Depth { now: 1, deepest: 1 };
        depth.visit_block(block);
        self.found.push(Function { name: name.to_string(), lines, depth: depth.deepest });
    }
}

fn is_test(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("test")
            || attribute.path().is_ident("cfg")
                && matches!(&attribute.meta, syn::Meta::List(list) if list.tokens.to_string() == "test")
    })
}

impl<'a> Visit<'a> for Functions {
    fn visit_item_mod(&mut self, module: &'a syn::ItemMod) {
        if !is_test(&module.attrs) {
            syn::visit::visit_item_mod(self, module);
        }
    }

    fn visit_item_fn(&mut self, function: &'a syn::ItemFn) {
        if !is_test(&function.attrs) {
            self.add(&function.sig.ident, &function.block, function.sig.fn_token.span);
            syn::visit::visit_item_fn(self, function);
        }
    }

    fn visit_impl_item_fn(&mut self, function: &'a syn::ImplItemFn) {
        self.add(&function.sig.ident, &function.block, function.sig.fn_token.span);
        syn::visit::visit_impl_item_fn(self, function);
    }
}

/// How deep branches and loops lie in each other.
struct Depth {
    now: usize,
    deepest: usize,
}

impl Depth {
    fn inside(&mut self, visit: impl FnOnce(&mut Self)) {
        self.now += 1;
        self.deepest = self.deepest.max(self.now);
        visit(self);
        self.now -= 1;
    }
}

impl<'a> Visit<'a> for Depth {
    fn visit_expr_if(&mut self, branch: &'a syn::ExprIf) {
        self.visit_expr(&branch.cond);
        self.inside(|depth| depth.visit_block(&branch.then_branch));
        match branch.else_branch.as_ref().map(|(_, other)| &**other) {
            // A chain is no deeper than its first branch.
            Some(syn::Expr::If(chained)) => self.visit_expr_if(chained),
            Some(other) => self.inside(|depth| depth.visit_expr(other)),
            None => {}
        }
    }

    fn visit_expr_match(&mut self, choice: &'a syn::ExprMatch) {
        self.visit_expr(&choice.expr);
        self.inside(|depth| choice.arms.iter().for_each(|arm| depth.visit_arm(arm)));
    }

    fn visit_expr_for_loop(&mut self, each: &'a syn::ExprForLoop) {
        self.visit_expr(&each.expr);
        self.inside(|depth| depth.visit_block(&each.body));
    }

    fn visit_expr_while(&mut self, each: &'a syn::ExprWhile) {
        self.visit_expr(&each.cond);
        self.inside(|depth| depth.visit_block(&each.body));
    }

    fn visit_expr_loop(&mut self, each: &'a syn::ExprLoop) {
        self.inside(|depth| depth.visit_block(&each.body));
    }

    // A function inside a function is its own.
    fn visit_item(&mut self, _: &'a syn::Item) {}
}

#[test]
fn functions_can_be_read_in_one_sitting() {
    let mut all: Vec<(String, Function)> = Vec::new();
    for (_, path, text) in
        rooms().into_iter().filter(|(_, path, _)| !path.ends_with("tests.rs") && !path.contains("/tests/"))
    {
        let mut functions = Functions::default();
        functions.visit_file(&syn::parse_file(&text).unwrap());
        all.extend(functions.found.into_iter().map(|function| (path.clone(), function)));
    }
    let longest = all.iter().max_by_key(|(_, function)| function.lines).unwrap();
    let deepest = all.iter().max_by_key(|(_, function)| function.depth).unwrap();
    println!(
        "{} functions; longest {} {} ({} lines), deepest {} {} ({})",
        all.len(),
        longest.0,
        longest.1.name,
        longest.1.lines,
        deepest.0,
        deepest.1.name,
        deepest.1.depth
    );
    let faults: Vec<String> = all
        .iter()
        .filter(|(_, function)| function.lines > MOST_LINES || function.depth > DEEPEST)
        .map(|(path, function)| {
            format!("{path}: {} has {} lines and nests {} deep", function.name, function.lines, function.depth)
        })
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
