//! Data frames, and the one rule about them: polars is called from the main thread, never from a worker of our pool.
//!
//! Polars computes on a pool of its own. A worker of ours that called it would wait for that pool, take up the next task of
//! ours while it waits, call polars again from there, and so on until its stack ends: a run of 50,000 returns was lost in
//! this way. [`MainThread`] makes that impossible to write: whoever makes a frame asks for one, and it can neither be made
//! on a worker nor be handed to one.

use std::marker::PhantomData;

/// The permission to call polars. It stays on the thread on which it was made.
///
/// ```compile_fail
/// let here = huizong::MainThread::here().unwrap();
/// rayon::join(|| drop(&here), || ());
/// ```
#[derive(Debug)]
pub struct MainThread {
    // A pointer is neither `Send` nor `Sync`.
    stays_here: PhantomData<*const ()>,
}

impl MainThread {
    /// The permission, unless this is a worker of a pool.
    #[must_use]
    pub fn here() -> Option<Self> {
        rayon::current_thread_index().is_none().then_some(MainThread { stays_here: PhantomData })
    }
}

#[cfg(test)]
mod tests {
    use super::MainThread;

    #[test]
    fn no_worker_gets_it() {
        assert!(MainThread::here().is_some());
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        assert!(pool.install(|| MainThread::here().is_none()));
    }
}
