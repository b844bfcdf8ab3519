package access

import "slices"

// Role is a duty a person holds over a subtree of units.
type Role string

// The five roles. Administrator and auditor exclude each other and all the rest (separation of duties).
const (
	PressOfficer  Role = "press_officer" // 宣传专员
	Reviewer      Role = "reviewer"      // 审核员
	Supervisor    Role = "supervisor"    // 主管
	Administrator Role = "administrator" // 管理员
	Auditor       Role = "auditor"       // 审计员
)

// Roles lists all roles in the order they are shown.
func Roles() []Role { return []Role{PressOfficer, Reviewer, Supervisor, Administrator, Auditor} }

// Valid tells whether r is one of the five.
func (r Role) Valid() bool { return slices.Contains(Roles(), r) }

// Label is the Chinese name of the role.
func (r Role) Label() string {
	return map[Role]string{
		PressOfficer: "宣传专员", Reviewer: "审核员", Supervisor: "主管", Administrator: "管理员", Auditor: "审计员",
	}[r]
}

// Exclusive tells whether r may not be held together with any other role.
func (r Role) Exclusive() bool { return r == Administrator || r == Auditor }

// Clash tells whether two different roles may not be held by one person, wherever the units are.
func Clash(a, b Role) bool { return a != b && (a.Exclusive() || b.Exclusive()) }

// Permission names one kind of act. Every route names exactly one.
type Permission string

// The permissions. The name is "noun.act"; what each is for stands in table.
const (
	Self            Permission = "self"
	UnitView        Permission = "unit.view"
	AccountView     Permission = "account.view"
	PostView        Permission = "post.view"
	PostWrite       Permission = "post.write"
	PostReview      Permission = "post.review"
	DeliveryDecide  Permission = "delivery.decide"
	DeliveryConfirm Permission = "delivery.confirm"
	Takedown        Permission = "delivery.takedown"
	Pause           Permission = "delivery.pause"
	ReachView       Permission = "reach.view"
	AccountManage   Permission = "account.manage"
	UnitManage      Permission = "unit.manage"
	UserManage      Permission = "user.manage"
	UserConfirm     Permission = "user.confirm"
	UserStop        Permission = "user.stop"
	AuditView       Permission = "audit.view"
	LexiconView     Permission = "lexicon.view"
	LexiconManage   Permission = "lexicon.manage"
	LexiconConfirm  Permission = "lexicon.confirm"
	TemplateManage  Permission = "template.manage"
	ColumnManage    Permission = "column.manage"
	ChainManage     Permission = "chain.manage"
	ChainConfirm    Permission = "chain.confirm"
	SourceManage    Permission = "source.manage"
	StandinSet      Permission = "standin.set"
	PlanManage      Permission = "plan.manage"
	RelayAsk        Permission = "relay.ask"
	RelayStanding   Permission = "relay.standing"
	LibraryManage   Permission = "library.manage"
	InspectManage   Permission = "inspect.manage"
	FaultWrite      Permission = "faultbook.write"
	FaultClose      Permission = "faultbook.close"
	IndexManage     Permission = "index.manage"
	PeerManage      Permission = "peer.manage"
	ReportMake      Permission = "report.make"
	ReportSign      Permission = "report.sign"
	InboxView       Permission = "inbox.view"
	InboxAnswer     Permission = "inbox.answer"
	InboxAssign     Permission = "inbox.assign"
	InboxReveal     Permission = "inbox.reveal"
	ClockManage     Permission = "clock.manage"
	InboxRule       Permission = "inbox.rule"
	SiteManage      Permission = "site.manage"
	ChannelManage   Permission = "channel.manage"
	RebuttalManage  Permission = "rebuttal.manage"
	IncidentManage  Permission = "incident.manage"
	IncidentClose   Permission = "incident.close"
)

// Extent says how far below the granted unit a permission reaches.
type Extent int

// The extents. OwnUnit is the granted unit alone, Subtree the unit and all below it.
const (
	Nowhere Extent = iota
	OwnUnit
	Subtree
)

// right is one permission: what it is for, with which permission one sees the thing that it acts on,
// and how far it reaches for each role, in the order of Roles.
type right struct {
	permission Permission
	sees       Permission
	may        [5]Extent
	meaning    string // for docs/rights.md
}

// Short names for the cells of the table.
const (
	no  = Nowhere
	own = OwnUnit
	sub = Subtree
)

// table is the whole of the rights. docs/rights.md prints it; a test keeps the two the same.
//
//	press officer, reviewer, supervisor, administrator, auditor
var table = []right{
	{Self, Self, [5]Extent{sub, sub, sub, sub, sub},
		"本人资料、密码、会话、待办 · one's own page, password, sessions, to-do list"},
	{UnitView, UnitView, [5]Extent{sub, sub, sub, sub, sub},
		"查看单位 · see units"},
	{AccountView, AccountView, [5]Extent{sub, sub, sub, sub, sub},
		"查看账号与状态（不含正文）· see accounts and their state, not texts"},
	{PostView, PostView, [5]Extent{sub, sub, sub, no, sub},
		"查看稿件、发送、发布凭证 · read posts, deliveries, certificates"},
	{PostWrite, PostView, [5]Extent{sub, no, no, no, no},
		"撰写、提交、撤回、改期 · write, submit, withdraw, reschedule"},
	{PostReview, PostView, [5]Extent{no, sub, sub, no, no},
		"批准或退回 · approve or return"},
	{DeliveryDecide, PostView, [5]Extent{sub, no, sub, no, no},
		"判定结果待核、错过、失败，人工发布 · decide unknown, missed and failed deliveries, post by hand"},
	{DeliveryConfirm, PostView, [5]Extent{no, sub, sub, no, no},
		"作为第二人确认「未发出」或下架 · second person for \"not sent\" and take-down"},
	{Takedown, PostView, [5]Extent{no, no, sub, no, no},
		"下架已发微博 · take published posts down"},
	{Pause, UnitView, [5]Extent{no, no, sub, sub, no},
		"暂停与恢复发送 · pause and resume sending"},
	{ReachView, AccountView, [5]Extent{own, sub, sub, no, sub},
		"查看成效 · see reach"},
	{AccountManage, AccountView, [5]Extent{no, no, no, sub, no},
		"账号、授权令牌、接口方式 · accounts, tokens, connectors"},
	{UnitManage, UnitView, [5]Extent{no, no, no, sub, no},
		"单位；移动须第二人确认 · units; a move needs a second person"},
	{UserManage, UserManage, [5]Extent{no, no, no, sub, no},
		"申请变更用户与授权，停用、撤销 · ask for changes of users and grants, disable, revoke"},
	{UserConfirm, UserStop, [5]Extent{no, no, sub, sub, no},
		"作为第二人确认人员变更和单位移动 · second person for changes of users and moves of units"},
	{UserStop, UserStop, [5]Extent{no, no, sub, sub, sub},
		"查看并阻止人员变更和单位移动 · see and stop changes of users and moves of units"},
	{AuditView, AuditView, [5]Extent{no, no, no, no, sub},
		"审计日志 · audit trail"},
	{LexiconView, LexiconView, [5]Extent{sub, sub, sub, no, sub},
		"查看词表，试查文字 · see word lists, try a text"},
	{LexiconManage, LexiconView, [5]Extent{no, no, sub, no, no},
		"维护词表、检查级别 · keep word lists and levels of checks"},
	{LexiconConfirm, LexiconView, [5]Extent{no, sub, sub, no, no},
		"作为第二人确认词表变更和例外 · second person for word lists and exceptions"},
	{TemplateManage, PostView, [5]Extent{own, no, sub, no, no},
		"维护本单位模板 · keep the unit's templates"},
	{ColumnManage, UnitView, [5]Extent{no, no, sub, no, no},
		"维护栏目 · keep columns"},
	{ChainManage, UnitView, [5]Extent{no, no, no, sub, no},
		"维护审核流程 · keep review chains"},
	{ChainConfirm, UnitView, [5]Extent{no, no, sub, no, no},
		"作为第二人确认审核流程 · second person for review chains"},
	{SourceManage, UnitView, [5]Extent{no, no, no, sub, no},
		"维护数据来源 · keep data sources"},
	{StandinSet, UnitView, [5]Extent{no, no, sub, no, no},
		"指定代审人 · appoint stand-ins"},
	{PlanManage, PostView, [5]Extent{own, no, sub, no, no},
		"录入节假日，排值班表，给单位存视图、定发布时段 · " +
			"keep days off and worked weekends, rosters of duty, views and slots for the unit"},
	{RelayAsk, PostView, [5]Extent{sub, no, sub, no, no},
		"要求账号联动，提醒、撤回、结束 · ask accounts to carry a post, remind, withdraw, close"},
	{RelayStanding, PostView, [5]Extent{no, own, own, no, no},
		"作为第二人确认常设批准 · second person for standing approvals of relays"},
	{LibraryManage, PostView, [5]Extent{own, no, sub, no, no},
		"维护素材库 · keep the content library"},
	{InspectManage, ReachView, [5]Extent{no, no, sub, no, no},
		"检查：规则，临近不合格的提醒 · inspections: rules, reminders of accounts about to fail"},
	{FaultWrite, ReachView, [5]Extent{own, sub, sub, no, no},
		"问题台账：记入、分派、整改、复核 · register of faults: write, assign, correct, check"},
	{FaultClose, ReachView, [5]Extent{no, no, sub, no, no},
		"问题台账：销号、重新打开、改期限 · register of faults: close, reopen, change a deadline"},
	{IndexManage, ReachView, [5]Extent{no, no, sub, no, no},
		"内部得分的权重 · weights of the house score"},
	{PeerManage, ReachView, [5]Extent{no, no, sub, no, no},
		"维护同行账号组，导入 · keep groups of other bureaus' accounts, import"},
	{ReportMake, ReachView, [5]Extent{own, no, sub, no, no},
		"生成报告，修改文字 · make reports, edit their words"},
	{ReportSign, ReachView, [5]Extent{no, no, sub, no, no},
		"签发、退回报告，须两人 · sign reports or return them; two people"},
	{InboxView, InboxView, [5]Extent{own, sub, sub, no, sub},
		"查看市民互动（姓名和号码隐去）· see what citizens say, names and numbers hidden"},
	{InboxAnswer, InboxView, [5]Extent{own, no, sub, no, no},
		"办理市民互动：登记答复、办结 · deal with what citizens say: record answers, close"},
	{InboxAssign, InboxView, [5]Extent{own, no, sub, no, no},
		"分派市民互动 · assign what citizens say"},
	{InboxReveal, InboxView, [5]Extent{own, no, sub, no, no},
		"查看市民姓名和号码，记入审计 · see a citizen's name and numbers, recorded in the trail"},
	{ClockManage, InboxView, [5]Extent{no, no, sub, no, no},
		"设置互动的答复时限和服务时间 · set until when citizens are answered, and the hours of service"},
	{InboxRule, InboxView, [5]Extent{no, no, sub, no, no},
		"维护互动的分派规则 · keep the rules by which what citizens say is assigned"},
	{SiteManage, UnitView, [5]Extent{no, no, sub, sub, no},
		"微官网：设置、申请与确认公开、关闭 · public site: settings, ask for and confirm publication, close"},
	{ChannelManage, UnitView, [5]Extent{no, no, no, sub, no},
		"维护通知渠道 · keep the channels of notices"},
	{RebuttalManage, PostView, [5]Extent{own, no, sub, no, no},
		"辟谣：起草、送签、复查、撤回、登记更正 · rebuttals: write, ask for a signature, look again, withdraw, correct"},
	{
		IncidentManage,
		PostView,
		[5]Extent{own, no, sub, no, no},
		"热点事件：启动、写口径、暂停与恢复稿件、跟踪、申请结束 · " +
			"hot events: open, write what is said, hold and release posts, follow, ask to close",
	},
	{IncidentClose, PostView, [5]Extent{no, no, sub, no, no},
		"热点事件：另一人申请结束时确认，重新启动 · " +
			"hot events: confirm a close that another asked for, open again"},
}

// find gives the right of a permission; the zero right, which reaches nowhere and sees nothing, when
// there is none of that name.
func find(permission Permission) right {
	i := slices.IndexFunc(table, func(r right) bool { return r.permission == permission })
	if i < 0 {
		return right{}
	}

	return table[i]
}

// Permissions lists every permission in the order of the table.
func Permissions() []Permission {
	list := make([]Permission, len(table))
	for i, right := range table {
		list[i] = right.permission
	}

	return list
}

// Valid tells whether p is one of the permissions.
func (p Permission) Valid() bool { return p != "" && find(p).permission == p }

// Meaning says what the permission is for, in Chinese and English, for the documents.
func (p Permission) Meaning() string { return find(p).meaning }

// ExtentOf is the cell of the table for role r and permission p.
func ExtentOf(role Role, permission Permission) Extent {
	i := slices.Index(Roles(), role)
	if i < 0 {
		return Nowhere
	}

	return find(permission).may[i]
}

// visibleBy is the permission with which one sees the thing that p acts on.
func (p Permission) visibleBy() Permission { return find(p).sees }
