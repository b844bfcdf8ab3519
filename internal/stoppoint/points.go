package stoppoint

// Point is an instant of a send.
type Point string

// The points, in the order of a send.
const (
	BeforeMark  Point = "before_mark"
	AfterMark   Point = "after_mark"
	MarkedAhead Point = "marked_ahead" // of its instant, acknowledged, and not released
	Released    Point = "released"     // the release of a mark ahead is acknowledged
	BeforeWrite Point = "before_write" // between the last look at the clocks and the write
	DuringCall  Point = "during_call"
	AfterCall   Point = "after_call"
	AfterRecord Point = "after_record"
)
