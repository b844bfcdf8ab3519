package weibo

// Mode is the way an account is connected.
type Mode string

// The modes of docs/weibo.md.
const (
	Commercial Mode = "commercial" // contracted interface, c.api.weibo.com
	Public     Mode = "public"     // open interface; statuses/share is all that is left for posting
	Manual     Mode = "manual"     // a person posts by hand; nothing is called
)

// Capability says what a mode can do, so that pages and plans can be honest about it.
type Capability struct {
	Posts         bool // posting by a call at all
	MaxLength     int  // of the text, by Length
	LongText      bool // more than 140, if the account is entitled
	MaxPictures   int
	Topics        bool // #topic# allowed
	NeedsSafeLink bool // a link on the application's safe domain in each text
	// statuses/update returns the annotations we sent, so that the delivery id decides a look
	Annotations bool
	Repost      bool
	Replies     bool // comments may be written, so that citizens are answered from here
	Visibility  bool // posts for the author alone are possible: a test post nobody sees
	Destroy     bool
	Reads       bool // reads (阅读量) may be returned, for media accounts; never assume
	Counts      bool // reposts, comments and likes of own posts
	TimelineAll bool // the own timeline can be paged to its beginning
	Window      int  // else: newest posts that can be seen; 0 when TimelineAll or nothing is visible
	Look        bool // an unknown outcome can be looked up
}

var capabilities = map[Mode]Capability{
	Commercial: {
		Posts:       true,
		MaxLength:   2000,
		LongText:    true,
		MaxPictures: 9,
		Topics:      true,
		Annotations: true,
		Repost:      true,
		Replies:     true,
		Visibility:  true,
		Destroy:     true,
		Reads:       true,
		Counts:      true,
		TimelineAll: true,
		Look:        true,
	},
	Public: {
		Posts: true, MaxLength: 140, MaxPictures: 1, NeedsSafeLink: true, Replies: true, Destroy: true,
		Counts: true, Window: 5, Look: true,
	},
	Manual: {MaxLength: 2000, LongText: true, MaxPictures: 9, Topics: true, Repost: true},
}

// Capabilities gives what mode can do; the zero value, nothing, for an unknown mode.
func Capabilities(mode Mode) Capability { return capabilities[mode] }
