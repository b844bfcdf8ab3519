package page

import (
	"errors"
	"slices"
	"strconv"
	"strings"
)

// Node is a unit or account in the tree picker. A unit without own value is only a branch.
type Node struct {
	Name     string
	Note     string // such as handle or count
	Value    string // of the checkbox; empty: a branch that selects what is below
	Keys     string // what else it is found by in a tree that is whole in the page, such as its spelling
	Checked  bool
	Disabled string // Chinese reason why it cannot be chosen; empty when it can
	Open     bool
	Children []Node

	ID     int64  // of a branch, in the address of its leaves and in the acts without scripts
	IDs    string // what may be chosen directly below a branch, as WriteIDs has it
	Leaves int    // directly below a branch but not shown
	Later  bool   // the leaves are fetched when the branch is opened
	On     int    // chosen below

	Own    string // id of an account that may have a wording of its own once it is chosen; empty for none
	Worded bool   // it has one
}

// Count is the number of leaves below.
func (n Node) Count() int {
	if len(n.Children) == 0 && n.Leaves == 0 {
		return 1
	}

	sum := n.Leaves
	for _, node := range n.Children {
		sum += node.Count()
	}

	return sum
}

// IsBranch tells a unit from an account.
func (n Node) IsBranch() bool { return len(n.Children) > 0 || n.Leaves > 0 }

// Picker is a tree of choices under one field name. A long one has a Source: branches and search
// results are fetched, and what is chosen but not shown stands in the field "picked".
type Picker struct {
	Name, Label, Help, Error string
	Roots                    []Node

	Source string // address that takes "branch" and "find"; empty when everything is shown
	Picked string
	Chosen int
	Find   string
	Found  *PickerFound
}

// PickerFound is what a search in a long picker gave.
type PickerFound struct {
	Name  string // of the field
	Find  string
	All   int
	IDs   string // of all, shown or not
	Nodes []Node // the first ones
}

// Bounds of what ReadIDs takes: a range is short to write and long to read. The largest id is one that
// scripts can still count.
const (
	MaxIDs = 20000
	topID  = 1 << 53
)

var errIDs = errors.New("no list of ids")

// WriteIDs writes ids in order and short, "1-40,44". It drops doubles.
func WriteIDs(ids []int64) string {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	var out []byte

	for i := 0; i < len(ids); {
		j := i
		for j+1 < len(ids) && ids[j+1] == ids[j]+1 {
			j++
		}
		if i > 0 {
			out = append(out, ',')
		}
		out = strconv.AppendInt(out, ids[i], 10)
		if j > i {
			out = strconv.AppendInt(append(out, '-'), ids[j], 10)
		}
		i = j + 1
	}

	return string(out)
}

// ReadIDs reads what WriteIDs wrote. It fails on anything else and beyond MaxIDs.
func ReadIDs(s string) ([]int64, error) {
	var out []int64
	if s == "" {
		return nil, nil
	}

	for part := range strings.SplitSeq(s, ",") {
		first, last, isRange := strings.Cut(part, "-")
		from, err := strconv.ParseInt(first, 10, 64)
		to := from
		if err == nil && isRange {
			to, err = strconv.ParseInt(last, 10, 64)
		}
		if err != nil || from <= 0 || to < from || to > topID || to-from >= int64(MaxIDs-len(out)) {
			return nil, errIDs
		}

		for id := from; id <= to; id++ {
			out = append(out, id)
		}
	}

	return out, nil
}
