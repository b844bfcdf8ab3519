package incident

import (
	"fmt"
	"testing"
	"unicode/utf8"
)

// many are n citizens who say the same, each in a way of his or her own.
func many(n int, path, words string) (all []Said) {
	around := []string{"请问%s吗？", "%s！！", "家里%s怎么办", "@环保北京为什么%s", "又是%s。"}
	for i := range n {
		text := fmt.Sprintf(around[i%len(around)], words)
		all = append(all, Said{path, "环保北京", fmt.Sprint("c", i), text})
	}

	return all
}

func TestACrowdIsManyCitizensWhoSayTheSame(t *testing.T) {
	t.Parallel()

	apart := func(n int) (all []Said) {
		for i := range n {
			text := fmt.Sprintf("第%d件不同的事情%d", i*7919, i)
			all = append(all, Said{"/1/", "", fmt.Sprint("x", i), text})
		}

		return all
	}

	oneLoud := many(30, "/1/", "自来水有异味")
	for i := range oneLoud {
		oneLoud[i].Author = "loud"
	}

	for name, c := range map[string]struct {
		hour, before []Said
		words, path  string
		citizens     int
	}{
		"nothing": {},
		"no longer than a key word": {
			many(12, "/1/", "今天凌晨三点以后城东五个小区的自来水都有很重的异味"), nil,
			"?", "/1/", 12,
		},
		"nine":                    {hour: many(9, "/1/", "自来水有异味")},
		"ten":                     {many(10, "/1/", "自来水有异味"), nil, "自来水有异味", "/1/", 10},
		"thirty at a district":    {many(30, "/1/3/", "自来水有异味"), nil, "自来水有异味", "/1/3/", 30},
		"one who is loud":         {hour: oneLoud},
		"the name of the account": {hour: many(20, "/1/", "")},
		"as many as yesterday":    {hour: many(12, "/1/", "今天限行吗"), before: many(100, "/1/", "今天限行吗")},
		"more than an hour's share": {
			many(30, "/1/", "今天限行吗"), many(100, "/1/", "今天限行吗"), "今天限行吗", "/1/", 30,
		},
		"each something else": {hour: apart(9)},
	} {
		hour := c.hour
		crowd, found := FindCrowd(hour, c.before, 23)
		want := Crowd{Words: c.words, Citizens: c.citizens, UnitPath: c.path}
		if c.words == "?" { // whichever twenty signs they are
			want.Words = crowd.Words
			if n := utf8.RuneCountInString(crowd.Words); n != maxWord {
				t.Errorf("%s: %d signs of %s", name, n, crowd.Words)
			}
		}
		if found != (c.words != "") || found && crowd != want {
			t.Errorf("%s: %v %+v, want %+v", name, found, crowd, want)
		}
	}

	two := append(many(15, "/1/2/", "自来水有异味"), many(15, "/1/3/", "自来水有异味")...)
	for i := range two {
		two[i].Author = fmt.Sprint(i)
	}
	if crowd, found := FindCrowd(two, nil, 23); !found || crowd.UnitPath != "/1/" || crowd.Citizens != 30 {
		t.Errorf("two districts: %v %+v", found, crowd)
	}
}
