//! The bar on the terminal while files are read.

use crate::message::Catalogue;
use crate::run::Progress;
use indicatif::{ProgressBar, ProgressState, ProgressStyle};
use std::fmt;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A bar on standard error: files, rate, time left, findings so far.
pub(super) struct Bar {
    bar: Mutex<Option<ProgressBar>>,
    template: String,
    findings_text: String,
    findings: AtomicUsize,
}

impl Bar {
    pub(super) fn new(catalogue: &Catalogue) -> Self {
        Bar {
            bar: Mutex::new(None),
            template: catalogue.say("progress", &[]),
            findings_text: catalogue.say("progress_findings", &[]),
            findings: AtomicUsize::new(0),
        }
    }

    fn with(&self, act: impl FnOnce(&mut Option<ProgressBar>)) {
        if let Ok(mut bar) = self.bar.lock() {
            act(&mut bar);
        }
    }
}

impl Progress for Bar {
    fn begin(&self, files: usize) {
        self.with(|bar| {
            let style = ProgressStyle::with_template(&self.template).unwrap_or_else(|_| ProgressStyle::default_bar());
            // Whole files a second: decimals only flicker.
            let rate = |state: &ProgressState, text: &mut dyn fmt::Write| {
                let _ = write!(text, "{:.0}", state.per_sec());
            };
            let made = ProgressBar::new(files as u64).with_style(style.with_key("rate", rate));
            *bar = Some(made);
        });
    }

    fn file(&self, findings: usize) {
        let all = self.findings.fetch_add(findings, Ordering::Relaxed) + findings;
        self.with(|bar| {
            if let Some(bar) = bar {
                bar.inc(1);
                bar.set_message(self.findings_text.replace("{count}", &all.to_string()));
            }
        });
    }

    fn end(&self) {
        self.with(|bar| {
            if let Some(bar) = bar.take() {
                bar.finish_and_clear();
            }
        });
    }
}
