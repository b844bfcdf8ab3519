package reach

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"
)

// A block holds the readings of one account on one day of Asia/Shanghai in as few bytes as they need: a byte
// that names the format, then for each reading, the earliest first, what it differs by from the one before
// (the first from the day's midnight and from 0): microseconds as an unsigned varint, then followers, friends
// and posts as zigzag varints (encoding/binary). Nothing is rounded: what is unpacked is what was packed.

// blockFormat is the first byte of a block.
const blockFormat = 1

// AccountReading is what one look at an account counted, at an instant of the server's precision
// (microseconds).
type AccountReading struct {
	TakenAt                   time.Time
	Followers, Friends, Posts int64
}

var errBlock = errors.New("broken block of readings")

// packReadings makes the block of a day. The readings are those of the day from midnight on, in any order.
func packReadings(midnight time.Time, readings []AccountReading) []byte {
	sorted := slices.SortedFunc(
		slices.Values(readings),
		func(a, b AccountReading) int { return a.TakenAt.Compare(b.TakenAt) },
	)
	block := []byte{blockFormat}
	last := AccountReading{TakenAt: midnight}

	for _, reading := range sorted {
		block = binary.AppendUvarint(block, uint64(reading.TakenAt.Sub(last.TakenAt).Microseconds()))
		block = binary.AppendVarint(block, reading.Followers-last.Followers)
		block = binary.AppendVarint(block, reading.Friends-last.Friends)
		block = binary.AppendVarint(block, reading.Posts-last.Posts)
		last = reading
	}

	return block
}

// unpackReadings adds the readings of a day's block to list, the earliest first. It fails on bytes that
// packReadings did not make.
func unpackReadings(list []AccountReading, midnight time.Time, block []byte) ([]AccountReading, error) {
	if len(block) == 0 || block[0] != blockFormat {
		return list, errBlock
	}
	last := AccountReading{TakenAt: midnight}

	for rest := block[1:]; len(rest) > 0; {
		after, n := binary.Uvarint(rest)
		if n <= 0 || after >= uint64(day.Microseconds()) {
			return list, fmt.Errorf("%w: instant", errBlock)
		}
		rest = rest[n:]
		last.TakenAt = last.TakenAt.Add(time.Duration(after) * time.Microsecond)

		for _, count := range []*int64{&last.Followers, &last.Friends, &last.Posts} {
			more, n := binary.Varint(rest)
			if n <= 0 {
				return list, fmt.Errorf("%w: count", errBlock)
			}
			rest = rest[n:]
			*count += more
		}
		list = append(list, last)
	}

	return list, nil
}
