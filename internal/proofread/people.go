package proofread

import (
	"regexp"
	"strings"
	"time"
)

var (
	identityCard = regexp.MustCompile(`\d{6}[ -]?\d{8}[ -]?\d{3}[\dXx]`)
	bankCard     = regexp.MustCompile(`\d{16,19}|\d{4}(?:[ -]\d{4}){3}(?:[ -]\d{1,3})?`)
	mobile       = regexp.MustCompile(`(?:\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}`)
	plate        = regexp.MustCompile(`[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼]` +
		`[A-HJ-NP-Z][ ·•.]?(?:[DF][A-HJ-NP-Z0-9][0-9]{4}|[0-9]{5}[DF]|[A-HJ-NP-Z0-9]{4}[A-HJ-NP-Z0-9挂学警港澳])`)
)

// people finds numbers of people: mobile phones, identity cards and bank cards with their check digits,
// number plates. A part of a longer run of digits or of an address is none of them, and no landline, hotline
// or bare number of eight digits is.
func people(t *passage, _ Context) (found []Finding) {
	s := t.folded

	for _, kind := range []struct {
		rule Rule
		find *regexp.Regexp
		is   func(digits string) bool
		say  string
	}{
		{IdentityCard, identityCard, isIdentity, sayIdentity},
		{BankCard, bankCard, isBankCard, sayBank},
		{Mobile, mobile, isMobile, sayMobile},
	} {
		for _, m := range kind.find.FindAllStringIndex(s, -1) {
			digits := strings.NewReplacer(" ", "", "-", "", "+", "").Replace(s[m[0]:m[1]])
			if !t.link[m[0]] && aloneNumber(s, m[0], m[1]) && kind.is(digits) {
				found = append(found, t.at(kind.rule, m[0], m[1], "", kind.say))
			}
		}
	}

	for _, m := range plate.FindAllStringIndex(s, -1) {
		next := after(s, m[1])
		if !t.link[m[0]] && !isDigit(next) && !isLatin(next) {
			found = append(found, t.at(Plate, m[0], m[1], "", sayPlate))
		}
	}

	return found
}

// aloneNumber tells whether a number is not a part of a longer run of digits and letters.
func aloneNumber(s string, from, to int) bool {
	first, next := before(s, from), after(s, to)
	if isDigit(first) || isDigit(next) || isLatin(first) || isLatin(next) {
		return false
	}
	if in("-./_=", first) {
		return false
	}

	return !in("-._", next) || !isDigit(after(s, to+1))
}

// isMobile knows the numbers of the mainland: eleven digits, 13 to 19 first; the country's 86 may lead.
func isMobile(digits string) bool {
	if len(digits) == 13 {
		digits = strings.TrimPrefix(digits, "86")
	}

	return len(digits) == 11 && digits[0] == '1' && digits[1] >= '3' && allDigits(digits)
}

// isIdentity checks a number of an identity card by GB 11643-1999: six digits of a place, a birthday, three
// of an order, a check digit by ISO 7064 MOD 11-2.
func isIdentity(digits string) bool {
	if len(digits) != 18 || !allDigits(digits[:17]) || digits[0] == '0' {
		return false
	}
	born, err := time.Parse("20060102", digits[6:14])
	if err != nil || born.Year() < 1900 || born.Year() > 2100 {
		return false
	}
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0

	for i, weight := range weights {
		sum += int(digits[i]-'0') * weight
	}

	return "10X98765432"[sum%11] == strings.ToUpper(digits)[17]
}

// isBankCard checks a card's number by ISO/IEC 7812: an issuer of the schemes in use here, and the check
// digit by Luhn.
func isBankCard(digits string) bool {
	if !allDigits(digits) || !issuer(digits) {
		return false
	}
	sum := 0

	for i := range len(digits) {
		digit := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			digit *= 2
			if digit > 9 {
				digit -= 9
			}
		}
		sum += digit
	}

	return sum%10 == 0
}

// issuer tells whether the first digits and the length are those of UnionPay, Visa or Mastercard.
func issuer(digits string) bool {
	switch {
	case strings.HasPrefix(digits, "62"):
		return len(digits) >= 16 && len(digits) <= 19
	case digits[0] == '4', digits[0] == '5' && digits[1] >= '1' && digits[1] <= '5':
		return len(digits) == 16
	}

	return false
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}

	return s != ""
}
