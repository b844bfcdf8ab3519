package relay

import (
	"time"
)

// Figures are the count of a relay's tasks.
type Figures struct {
	Tasks     int
	By        map[State]int
	Suggested int // words of what is out
	OwnWords  int
	Standing  int
	First     *time.Time // when the first and the last were out
	Last      *time.Time
	InTime    int // out before the deadline
}

// FiguresOf counts tasks at an instant.
func FiguresOf(tasks []Task, now, deadline time.Time) Figures {
	f := Figures{Tasks: len(tasks), By: map[State]int{}}

	for _, task := range tasks {
		state := task.State(now, deadline)
		f.By[state]++
		if state != Sent {
			continue
		}

		switch task.Words {
		case Suggested:
			f.Suggested++
		case OwnWords:
			f.OwnWords++
		case ByStanding:
			f.Standing++
		}
		if task.SentAt == nil {
			continue
		}
		if !task.SentAt.After(deadline) {
			f.InTime++
		}
		if f.First == nil || task.SentAt.Before(*f.First) {
			f.First = task.SentAt
		}
		if f.Last == nil || task.SentAt.After(*f.Last) {
			f.Last = task.SentAt
		}
	}

	return f
}

// Done counts the tasks that are out.
func (f Figures) Done() int { return f.By[Sent] }

// Asked counts the tasks that nobody has answered.
func (f Figures) Asked() int { return f.By[ToConfirm] }

// Missed counts the tasks whose time went by.
func (f Figures) Missed() int { return f.By[Late] }

// Failed counts the tasks whose post surely is not out and cannot be.
func (f Figures) Failed() int { return f.By[NotSent] }

// Declined counts the tasks that people refused.
func (f Figures) Declined() int { return f.By[Refused] }

// Left counts the tasks of which something can still come.
func (f Figures) Left() int {
	return f.By[ToBegin] + f.By[ToConfirm] + f.By[InReview] + f.By[Back] + f.By[Scheduled] + f.By[InDoubt]
}
