//! Chance that is the same on every machine.

/// Numbers that look random and are always the same.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// A generator that begins with `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Dice(seed)
    }

    /// The next number (splitmix64, Steele et al. 2014).
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    /// One of the items.
    pub fn pick<'t, T>(&mut self, items: &'t [T]) -> Option<&'t T> {
        items.get(usize::try_from(self.below(items.len() as u64)).unwrap_or(0))
    }

    /// A figure as departments have them: often nothing, mostly small, seldom large.
    pub fn figure(&mut self) -> i64 {
        let bound = match self.below(10) {
            0..=3 => return 0,
            4..=7 => 20,
            8 => 200,
            _ => 3000,
        };
        i64::try_from(self.below(bound)).unwrap_or(0)
    }
}
