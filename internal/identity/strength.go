package identity

import (
	"context"
	"regexp"
	"strings"
	"unicode"

	"github.com/trustelem/zxcvbn"

	"juzhen/internal/fault"
)

// passwordsKept is how many former passwords are not taken again, the present one beside them.
const passwordsKept = 5

// notUsedBefore refuses one of somebody's last passwords.
func (s *Service) notUsedBefore(ctx context.Context, row userRow, password string) error {
	former, err := formerPasswords(ctx, s.db.Gorm(ctx), row.ID)
	if err != nil {
		return err
	}

	for _, hash := range append(former, row.PasswordHash) {
		used, _, err := s.hasher.check(ctx, password, hash)
		if err != nil {
			return err
		}
		if used {
			return fault.Invalid("password", "不能使用最近 {.n} 次用过的密码", "n", passwordsKept)
		}
	}

	return nil
}

// Guesses a password must be worth. A guesser who knows the habits of people starts with lists of
// passwords, words, names, years, keyboard walks and repetitions; zxcvbn counts how many tries such a
// guesser needs.
const (
	leastGuesses      = 1e8  // eight random characters are worth that
	leastFromPatterns = 1e10 // what consists of patterns alone: the next list has it
	strengthRead      = 40   // characters looked at; the cost grows with the square
)

// habits are words of our trade that every guesser would add.
var habits = []string{
	"admin", "juzhen", "weibo", "huanbao", "huanjing", "shengtai", "kongqi", "beijing",
	"guanliyuan", "shenhe", "xuanchuan", "woaini", "mima", "zhongguo",
}

// checkStrength refuses a password that is guessed early: among the common ones, or made of words,
// pinyin, years, seasons, keyboard walks, repetitions. Names of the user count as known.
func checkStrength(field, password string, known ...string) *fault.Error {
	if guessable(password, known...) {
		return fault.Invalid(field, "这个密码太容易猜到（常见密码、拼音或单词加年份、键盘顺序、重复等），请换一个，或使用系统生成的")
	}

	return nil
}

func guessable(password string, known ...string) bool {
	if r := []rune(password); len(r) > strengthRead {
		password = string(r[:strengthRead])
	}
	password = thisCentury.ReplaceAllString(password, "2015")
	if pinyinWithTail(password) || wordWithTail(password) {
		return true
	}

	words := append([]string(nil), habits...)

	for _, k := range known {
		if len(k) >= 3 {
			words = append(words, strings.ToLower(k))
		}
	}
	result := zxcvbn.PasswordStrength(password, words)
	if result.Guesses < leastGuesses {
		return true
	}

	free := 0 // characters that no pattern explains

	for _, m := range result.Sequence {
		if m.Pattern == "bruteforce" {
			free += len(m.Token)
		}
	}

	return free <= 3 && result.Guesses < leastFromPatterns
}

// thisCentury are years that zxcvbn takes for any number: it knows those up to 2019.
var thisCentury = regexp.MustCompile(`20[2-4][0-9]`)

// letterRuns are the runs of letters of a password.
var letterRuns = regexp.MustCompile(`[a-z]+`)

// wordWithTail tells whether a password is one known word or keyboard walk, whole or in two pieces,
// with few digits and signs around it, such as Root@123! or Qaz!2wsx.
func wordWithTail(password string) bool {
	lower := strings.ToLower(password)
	runs := letterRuns.FindAllString(lower, -1)
	word := strings.Join(runs, "")
	if len(runs) == 0 || len(runs) > 2 || len(word) < 4 || spread(lower) > 6 {
		return false
	}

	result := zxcvbn.PasswordStrength(word, habits)
	for _, m := range result.Sequence {
		if m.Pattern == "bruteforce" {
			return false
		}
	}

	return result.Guesses < 1e6
}

// oneWord is a run of letters with digits and signs before or behind it.
var oneWord = regexp.MustCompile(`^[^a-z]{0,10}([a-z]+)[^a-z]{0,10}$`)

// pinyinWithTail tells whether a password is up to three syllables of pinyin with digits and signs
// around them, such as Chunji@2026 or 123!Zhangwei. l33t signs within the word are read as letters.
func pinyinWithTail(password string) bool {
	lower := strings.ToLower(password)
	for _, text := range []string{lower, leet.Replace(lower)} {
		m := oneWord.FindStringSubmatch(text)
		if m != nil && syllables(m[1]) <= 3 && spread(text) <= 6 {
			return true
		}
	}

	return false
}

var leet = strings.NewReplacer("@", "a", "0", "o", "1", "i", "3", "e", "5", "s", "$", "s")

// spread is how many different digits and signs stand around a word: few of them are a year, a date, a mark.
func spread(text string) int {
	seen := map[rune]bool{}

	for _, r := range text {
		if !unicode.IsLower(r) {
			seen[r] = true
		}
	}

	return len(seen)
}

// syllables is the least number of syllables of pinyin that a word consists of; a large number when it
// does not.
func syllables(word string) int {
	const no = 1 << 10

	least := make([]int, len(word)+1)
	for end := 1; end <= len(word); end++ {
		least[end] = no
		for length := 1; length <= 6 && length <= end; length++ {
			if pinyin[word[end-length:end]] {
				least[end] = min(least[end], least[end-length]+1)
			}
		}
	}

	return least[len(word)]
}

// pinyin has every syllable, made of initials and the finals that go with them.
var pinyin = func() map[string]bool {
	all := map[string]bool{}

	for _, line := range strings.Split(strings.TrimSpace(`
- a ai an ang ao e ei en eng er o ou
- yi ya ye yao you yan yin yang ying yong yo wu wa wo wai wei wan wen wang weng yu yue yuan yun
b a ai an ang ao ei en eng i ian iao ie in ing o u
p a ai an ang ao ei en eng i ian iao ie in ing o ou u
m a ai an ang ao e ei en eng i ian iao ie in ing iu o ou u
f a an ang ei en eng o ou u
d a ai an ang ao e ei en eng i ia ian iao ie ing iu ong ou u uan ui un uo
t a ai an ang ao e eng i ian iao ie ing ong ou u uan ui un uo
n a ai an ang ao e ei en eng i ian iang iao ie in ing iu ong ou u uan uo v ve ue
l a ai an ang ao e ei eng i ia ian iang iao ie in ing iu ong ou u uan un uo v ve ue
g a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo
k a ai an ang ao e en eng ong ou u ua uai uan uang ui un uo
h a ai an ang ao e ei en eng ong ou u ua uai uan uang ui un uo
j i ia ian iang iao ie in ing iong iu u uan ue un
q i ia ian iang iao ie in ing iong iu u uan ue un
x i ia ian iang iao ie in ing iong iu u uan ue un
zh a ai an ang ao e ei en eng i ong ou u ua uai uan uang ui un uo
ch a ai an ang ao e en eng i ong ou u ua uai uan uang ui un uo
sh a ai an ang ao e ei en eng i ou u ua uai uan uang ui un uo
r an ang ao e en eng i ong ou u ua uan ui un uo
z a ai an ang ao e ei en eng i ong ou u uan ui un uo
c a ai an ang ao e en eng i ong ou u uan ui un uo
s a ai an ang ao e en eng i ong ou u uan ui un uo`), "\n") {
		parts := strings.Fields(line)
		for _, final := range parts[1:] {
			all[strings.Trim(parts[0], "-")+final] = true
		}
	}

	return all
}()

// generatedLetters leave out what is taken for one another when read aloud or copied.
const generatedLetters = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"

// GeneratePassword makes a password that fulfils every rule: three groups of four letters and digits,
// 69 bits.
func GeneratePassword() string {
	for {
		r := randomLetters(generatedLetters, 12)
		password := string(r[:4]) + "-" + string(r[4:8]) + "-" + string(r[8:])
		if checkPassword("", password, "") == nil && !guessable(password) {
			return password
		}
	}
}

// CheckOwn tells whether somebody may take a password of the own choice: what the console asks for, for
// the command line.
func CheckOwn(password, username, displayName string) error {
	if err := checkPassword("password", password, cleanUsername(username)); err != nil {
		return err
	}
	if err := checkStrength("password", password, username, displayName); err != nil {
		return err
	}

	return nil
}
