//! Units that a sheet states beside its figures: in the head, the row, the column of units, or a line above the table.
//!
//! A form prints the unit in which money is meant, but departments write their own: 元 for 万元 makes a figure ten
//! thousand times too large. So whatever the sheet says is weighed, and the form's unit is taken only where the sheet
//! says nothing.

use crate::address::Position;
use crate::label;
use crate::locate::{Guide, text_of};
use crate::read::Sheet;
use crate::value::{Kind, Unit};

/// Characters without which no text states money or a scaled count.
const MARKS: [char; 11] = ['元', '圆', '圓', '¥', '￥', '万', '萬', '千', '百', '亿', '億'];
/// Longer texts are prose.
const LONGEST: usize = 180;

/// One text that states a unit.
struct Statement {
    position: Position,
    unit: Unit,
    /// A label of a form, which speaks for its own row or column only.
    is_label: bool,
}

/// The units that a sheet states, in the order of its cells.
pub(super) struct StatedUnits {
    statements: Vec<Statement>,
}

/// What the sheet says of one figure's unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stated {
    /// Nothing.
    Nothing,
    /// One unit.
    Unit(Unit),
    /// Units that contradict each other.
    Contradictory,
}

impl StatedUnits {
    /// Collects the statements of a sheet; most sheets have one or two.
    pub(super) fn of(sheet: &Sheet, guide: &Guide<'_>) -> Self {
        let statements = sheet
            .cells
            .iter()
            .filter_map(|cell| {
                let text = text_of(cell).filter(|text| text.len() <= LONGEST && text.contains(MARKS))?;
                let unit = label::unit_in(text)?;
                let matters = unit.is_money() || unit.scale() != 1;
                let is_label = !guide.index.uses(text).is_empty();
                let position = Position { row: cell.row, column: cell.column };
                matters.then_some(Statement { position, unit, is_label })
            })
            .collect();
        StatedUnits { statements }
    }

    /// What is said of the figure at `position`, in a table whose head begins in `first_row`.
    ///
    /// What stands in the figure's row or over it in its column speaks for it; so does a line above the table. All must
    /// agree: who is right cannot be known.
    pub(super) fn about(&self, position: Position, first_row: u32, kind: Kind) -> Stated {
        let fits = |unit: Unit| unit.is_money() == (kind == Kind::Money);
        let mut stated = Stated::Nothing;
        let over = self
            .statements
            .iter()
            .rfind(|one| one.position.column == position.column && one.position.row < position.row && fits(one.unit));
        let line = self.statements.iter().rfind(|one| one.position.row < first_row && !one.is_label && fits(one.unit));
        let beside = self.statements.iter().filter(|one| one.position.row == position.row && fits(one.unit));
        for statement in over.into_iter().chain(line).chain(beside) {
            stated = match stated {
                Stated::Nothing => Stated::Unit(statement.unit),
                Stated::Unit(unit) if unit.scale() == statement.unit.scale() => stated,
                _ => return Stated::Contradictory,
            };
        }
        stated
    }
}
