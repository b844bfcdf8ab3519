package posts_test

import (
	"testing"

	"juzhen/internal/access"
)

// TestWithoutAccountsEachRoleReadsWhatComesNext: nobody is sent to a page that the role may not use.
func TestWithoutAccountsEachRoleReadsWhatComesNext(t *testing.T) {
	t.Parallel()

	w := newWorld(t)
	for name, role := range map[string]access.Role{
		"early writer":  access.PressOfficer,
		"early auditor": access.Auditor,
	} {
		w.people[name] = access.Actor{
			UserID:    5,
			Name:      name,
			SessionID: 5,
			Grants:    []access.Grant{{Role: role, UnitID: 99, Path: "/1/99/"}},
		}
	}
	w.as("early writer").Get("/").Want(200).WantText("aside", "现在可以先写草稿")
	w.as("early writer").Get("/posts/new").Want(200).WantText(".picker", "管理员登记、授权并启用之后")
	w.as("early auditor").
		Get("/").
		Want(200).
		WantText("aside", "它们的状况会显示在这里").
		WantCount("aside a[href='/matrix/accounts/new']", 0)
	w.as("writer").Get("/posts/new").Want(200).WantCount(".picker > .quiet", 0)
}
