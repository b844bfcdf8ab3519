package todo

import (
	"context"
	"strconv"
	"time"

	"juzhen/internal/notice"
	"juzhen/internal/pg"
)

// kindOfNotice is the kind of notice under which people hear of the matter.
func (m Matter) kindOfNotice() notice.Kind {
	if m.Notice != "" {
		return m.Notice
	}

	return headingOf(m.Kind).notice
}

// tell tells people of matters that were raised; ids are their numbers by key.
func tell(ctx context.Context, tx pg.Tx, at time.Time, list []Item, ids map[string]int64) error {
	var events, own []notice.Event

	for _, item := range list {
		id, fresh := ids[item.Key]
		if !fresh {
			continue
		}
		delete(ids, item.Key) // twice in one list is one matter
		if item.Own != nil {
			own = append(own, item.own(id))
		}
		if item.Own == nil || !item.Matter.kindOfNotice().Own() {
			events = append(events, item.event(id))
		}
	}
	if err := notice.TellTx(ctx, tx, at, events...); err != nil {
		return err
	}

	return notice.TellTx(ctx, tx, at, own...)
}

// own is the matter as the people hear of it whose own it is.
func (it Item) own(id int64) notice.Event {
	event := notice.Event{
		Key:        "todo/" + strconv.FormatInt(id, 10) + "/own",
		Kind:       notice.Trouble,
		Urgent:     it.Matter.Tone == Danger,
		Code:       it.Matter.Code,
		Args:       it.Args,
		UnitPath:   it.Own.UnitPath,
		Permission: it.Own.Permission,
		Subject:    string(it.Own.Subject),
		SubjectID:  it.Own.SubjectID,
		TodoID:     id,
		To:         it.Own.Users,
	}
	if kind := it.Matter.kindOfNotice(); kind.Own() {
		event.Kind = kind
	}

	return event
}

// event is the matter as people hear of it.
func (it Item) event(id int64) notice.Event {
	event := notice.Event{
		Key:        "todo/" + strconv.FormatInt(id, 10),
		Kind:       it.Matter.kindOfNotice(),
		Urgent:     it.Matter.Tone == Danger,
		Code:       it.Matter.Code,
		Args:       it.Args,
		UnitPath:   it.UnitPath,
		Permission: it.Permission,
		Subject:    string(it.Subject),
		SubjectID:  it.SubjectID,
		TodoID:     id,
		NotUsers:   it.NotUsers,
		OnlyUsers:  it.OnlyUsers,
	}
	if it.NotUser != 0 {
		event.NotUsers = append([]int64{it.NotUser}, it.NotUsers...)
	}
	if it.Grant != nil {
		event.Role, event.Here = &it.Grant.Role, it.Grant.Here
	}

	return event
}

// Words are what the matters say, for notices of them.
func Words(matters []Matter) []notice.Word {
	words := make([]notice.Word, len(matters))
	for i, matter := range matters {
		words[i] = notice.Word{Code: matter.Code, Text: matter.Text, Act: matter.Act}
	}

	return words
}

// At is the address at which what is about a subject is dealt with; the list itself where no face does.
func (p Pages) At(code, subject string, id int64) string { return p.of(code, Subject(subject), id) }
