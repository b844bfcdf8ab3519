package post

import (
	"juzhen/internal/audit"
	"juzhen/internal/i18n"
)

// The acts on posts before they are submitted that the trail records, in the order in which its filter
// offers them.
var (
	acts audit.Declared

	actCreate = acts.Declare("post.create", i18n.N("新建稿件"))
	actCopy   = acts.Declare("post.copy", i18n.N("复制稿件"))
	actMove   = acts.Declare("post.move", i18n.N("稿件换单位"))
	actDelete = acts.Declare("post.delete", i18n.N("删除草稿"))
	actLook   = acts.Declare("post.look", i18n.N("重新查看链接"))
)

// TrailActs are the acts that this package writes into the trail.
func TrailActs() []audit.Act { return acts.All() }

// TrailSubjects are what the entries of this package's acts are about.
func TrailSubjects() []audit.Subject {
	return []audit.Subject{
		{
			Type: "post",
			Text: i18n.N("稿件|对象"),
			NameSQL: `SELECT left(v.text, 24) || CASE WHEN length(v.text) > 24 THEN '…' ELSE '' END
			FROM posts p JOIN post_versions v ON v.id = p.version_id WHERE p.id = e.number`,
		},
	}
}
