package courier

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"juzhen/internal/seal"
)

// Kind is whose robot it is.
type Kind string

// The kinds.
const (
	DingTalk Kind = "dingtalk"
	WeCom    Kind = "wecom"
	Feishu   Kind = "feishu"
)

// Signs tells whether the robots of a kind take only what is signed with a secret. With WeCom the address
// alone is the secret.
func (k Kind) Signs() bool { return k == DingTalk || k == Feishu }

// Robot is the robot of one group chat. The address holds the key that lets one speak in the group.
type Robot struct {
	Kind    Kind
	Address seal.Secret
	Secret  seal.Secret // signs, where the kind does
}

// Message is what a robot says. It is plain text: nothing in it is taken for a form of writing or for a call
// of everybody in the group.
type Message struct {
	Title string // of the kinds that show one
	Text  string
	Link  string // where it leads; "" nowhere
	Act   string // the words of the link
}

const (
	maxAnswer = 16 << 10 // bytes of an answer
	maxLine   = 600      // letters of a message; WeCom takes 2,048 bytes
)

// Post lets a robot speak. It calls once. Fails with *Failure.
func (c *Courier) Post(ctx context.Context, robot Robot, message Message) error {
	message.Text = cut(message.Text, maxLine)
	message.Title = cut(message.Title, maxSaid)

	address, body := c.written(robot, message)
	if address == "" {
		return &Failure{Reason: Address}
	}
	text, err := json.Marshal(body)
	if err != nil {
		return &Failure{Reason: Strange, Cause: err}
	}
	got, err := c.outside.Post(ctx, address, "application/json; charset=utf-8", text, maxAnswer)
	if err != nil {
		return unreached(err)
	}

	return understood(robot.Kind, got.Status, got.Body)
}

// CheckAddress tells whether an address may be that of a robot: https, or whatever the operator named.
func (c *Courier) CheckAddress(address string) bool {
	at, err := url.Parse(address)
	if err != nil || at.Hostname() == "" || at.User != nil || at.Fragment != "" {
		return false
	}
	port := at.Port()
	if port == "" {
		port = "80"
	}

	return at.Scheme == "https" || at.Scheme == "http" && c.outside.Allows(at.Hostname()+":"+port)
}

// written is a message as a kind wants it, with the address it goes to.
func (c *Courier) written(robot Robot, message Message) (address string, body any) {
	at, err := url.Parse(robot.Address.Reveal())
	if err != nil {
		return "", nil
	}
	now := c.now()

	switch robot.Kind {
	case DingTalk:
		stamp := strconv.FormatInt(now.UnixMilli(), 10)
		query := at.Query()
		query.Set("timestamp", stamp)
		query.Set("sign", sign(robot.Secret.Reveal(), stamp+"\n"+robot.Secret.Reveal()))
		at.RawQuery = query.Encode()

		return at.String(), dingTalkText(message)
	case WeCom:
		return at.String(), map[string]any{
			"msgtype": "text", "text": map[string]string{"content": message.plain()},
		}
	case Feishu:
		stamp := strconv.FormatInt(now.Unix(), 10)

		return at.String(), map[string]any{
			"timestamp": stamp,
			"sign":      sign(stamp+"\n"+robot.Secret.Reveal(), ""),
			"msg_type":  "post",
			"content":   feishuPost(message),
		}
	}

	return "", nil
}

func dingTalkText(message Message) any {
	return map[string]any{
		"msgtype": "text",
		"text":    map[string]string{"content": message.plain()},
		"at":      map[string]any{"isAtAll": false},
	}
}

// feishuPost is a text of elements: in a plain one a tag would call somebody.
func feishuPost(message Message) any {
	type element map[string]string
	lines := [][]element{}

	for _, line := range strings.Split(message.Text, "\n") {
		lines = append(lines, []element{{"tag": "text", "text": line}})
	}
	if message.Link != "" {
		lines = append(lines, []element{{"tag": "a", "text": message.Act, "href": message.Link}})
	}

	return map[string]any{"post": map[string]any{"zh_cn": map[string]any{
		"title": message.Title, "content": lines,
	}}}
}

// plain is all of a message as text.
func (m Message) plain() string {
	text := m.Title + "\n" + m.Text
	if m.Link != "" {
		text += "\n" + m.Act + " " + m.Link
	}

	return text
}

// sign is HMAC-SHA-256 in base 64. DingTalk signs a text with the secret; Feishu signs nothing with a key
// made of both.
func sign(key, text string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(text))

	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// reply is what any of the three answers; Feishu answers with code, in an older form with StatusCode.
type reply struct {
	ErrCode    *int
	ErrMsg     string
	Code       *int
	Msg        string
	StatusCode *int
}

// known are the codes of each kind that mean something for us; any other is Refused.
var known = map[Kind]map[Reason][]int{
	DingTalk: {
		Busy:    {-1},
		Limited: {130101, 410100, 90018, 90030},
		Gone:    {300001, 300005, 400013, 400101, 400102, 400106},
	},
	WeCom: {
		Busy:    {-1},
		Limited: {45009, 45033},
		Gone:    {93000, 93008, 93017},
	},
	Feishu: {
		Limited: {11232, 11233, 99991400, 230020},
		Secret:  {19021},
		Gone:    {19001},
	},
}

// understood reads what a robot answered: nil where it took the message.
func understood(kind Kind, status int, body []byte) error {
	switch {
	case status == http.StatusTooManyRequests:
		return &Failure{Reason: Limited, Code: code(status)}
	case status >= http.StatusInternalServerError:
		return &Failure{Reason: Busy, Code: code(status)}
	}

	var answer reply
	if json.Unmarshal(body, &answer) != nil {
		return strange(status)
	}
	given, words := answer.ErrCode, answer.ErrMsg
	if kind == Feishu {
		given, words = answer.Code, answer.Msg
		if given == nil {
			given = answer.StatusCode
		}
	}

	switch {
	case given == nil:
		return strange(status)
	case *given == 0:
		return nil
	}

	return &Failure{Reason: reasonOf(kind, *given, words), Code: code(*given), Said: said(words)}
}

// strange is an answer that none of the protocols gives: a page of somebody else, or none.
func strange(status int) error {
	switch {
	case status == http.StatusNotFound || status == http.StatusForbidden:
		return &Failure{Reason: Gone, Code: code(status)}
	case status >= http.StatusMultipleChoices && status < http.StatusInternalServerError:
		return &Failure{Reason: Refused, Code: code(status)}
	}

	return &Failure{Reason: Strange, Code: code(status)}
}

// reasonOf sorts a code. Two of them mean different things by the words beside them.
func reasonOf(kind Kind, given int, words string) Reason {
	words = strings.ToLower(words)

	switch {
	case kind == DingTalk && given == 310000 && strings.Contains(words, "sign"):
		return Secret // else a keyword is missing, or this machine is not on the list
	case kind == Feishu && given == 9499 && strings.Contains(words, "too many"):
		return Limited // else the body is not as it should be
	}

	for reason, codes := range known[kind] {
		if slices.Contains(codes, given) {
			return reason
		}
	}

	return Refused
}
