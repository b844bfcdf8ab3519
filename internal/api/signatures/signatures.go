// Package signatures shows, in bodies of the interface, the signatures that words need which are no post.
package signatures

import (
	"time"

	"juzhen/internal/api/rest"
	"juzhen/internal/signing"
)

// Signing is one asking for signatures.
type Signing struct {
	Chain string        `json:"chain" doc:"签发流程的名称"`
	Steps []SigningStep `json:"steps" nullable:"false" doc:"各步，依次签"`
}

// SigningStep is one step of it.
type SigningStep struct {
	Name   string      `json:"name"`
	Unit   string      `json:"unit" doc:"由哪个单位签"`
	Open   bool        `json:"open" doc:"正等这一步签发"`
	Signed []Signature `json:"signed" nullable:"false"`
}

// Signature is that somebody signed.
type Signature struct {
	By string    `json:"by"`
	At time.Time `json:"at"`
}

// Show is a round; nil where nobody asked for signatures.
func Show(r signing.Round) *Signing {
	if len(r.Steps) == 0 {
		return nil
	}
	shown := &Signing{Chain: r.Chain}

	for i, step := range r.Steps {
		shown.Steps = append(shown.Steps, SigningStep{
			Name: step.Name, Unit: step.UnitName, Open: i == r.At,
			Signed: rest.Each(step.Signed, func(s signing.Signature) Signature {
				return Signature{By: s.Name, At: s.At.UTC()}
			}),
		})
	}

	return shown
}
