package reach

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"juzhen/internal/access"
	"juzhen/internal/console/parts"
	"juzhen/internal/fault"
	"juzhen/internal/index"
	"juzhen/internal/peer"
	"juzhen/internal/sheet"
	"juzhen/internal/web"
	"juzhen/internal/web/page"
)

// peersPage lists groups of other bureaus' accounts, and makes one.
type peersPage struct {
	page.Base
	Form   peerGroupForm
	Groups []peer.Group
	Units  []page.Option // for which the reader may make one
}

type peerGroupForm struct {
	Unit int64  `form:"unit"`
	Name string `form:"name"`
}

// peerPage is the league table of a group.
type peerPage struct {
	page.Base
	Form     periodForm // Sort is the measure
	Period   Period
	League   peer.League
	Measures []measureTab
	Own      []peerLine
	Peers    []peerLine
	Add      peerForm
	May      bool // the reader may change the group
}

// measureTab leads to the table by another measure.
type measureTab struct {
	Text    string
	Href    string
	Current bool
}

// peerTable is one of the two tables of the page.
type peerTable struct {
	Group    peer.Group
	Measure  peer.Measure
	Lines    []peerLine
	Own      bool // of our accounts
	May      bool
	Revision int
}

// OwnTable are our accounts, each among the peers.
func (p peerPage) OwnTable() peerTable {
	return peerTable{Group: p.League.Group, Measure: p.League.Measure, Lines: p.Own, Own: true}
}

// PeerTable are the peers among themselves.
func (p peerPage) PeerTable() peerTable {
	return peerTable{
		Group:    p.League.Group,
		Measure:  p.League.Measure,
		Lines:    p.Peers,
		May:      p.May,
		Revision: p.Add.Revision,
	}
}

// peerLine is a line of the table as it is shown.
type peerLine struct {
	peer.Line
	ValueText  string // "" where it is not known
	Percentile string // "" where there is none
	PlaceText  string
}

// peerForm is an account to be added, or an act on the group.
type peerForm struct {
	Revision int    `form:"revision"`
	UID      string `form:"uid"`
	Name     string `form:"name"`
	Bureau   string `form:"bureau"`
	Peer     int64  `form:"peer"`
}

// peerImportPage takes accounts out of a file.
type peerImportPage struct {
	page.Base
	Group peer.Group
	Done  bool
	Made  peer.Imported
	Wrong []wrongCell
}

// wrongCell is what is wrong in a cell of a file, in the reader's language.
type wrongCell struct {
	Row    int
	Column string
	Text   string
}

var peersCrumb = page.Crumb{Text: "同行", Href: "/reach/peers"}

func (h *pages) peerGroups(c *gin.Context) error {
	p, err := h.peersPage(c)
	if err != nil {
		return err
	}

	return h.kit.Show(c, http.StatusOK, "reach/peers", p)
}

func (h *pages) peersPage(c *gin.Context) (p peersPage, err error) {
	ctx, actor := c.Request.Context(), web.Actor(c)
	p.Base = h.kit.Base(c, "同行", crumb)
	if p.Groups, err = h.peers.Groups(ctx, actor); err != nil {
		return p, err
	}
	units, err := h.units.Within(ctx, actor, access.PeerManage)
	p.Units = parts.UnitOptions(units)
	if len(units) > 0 {
		p.Form.Unit = units[0].ID
	}

	return p, err
}

func (h *pages) makePeers(c *gin.Context) error {
	var form peerGroupForm
	var made peer.Group
	err := web.Bind(c, &form)
	if err == nil {
		made, err = h.peers.Create(c.Request.Context(), web.Actor(c), form.Unit, form.Name)
	}

	switch {
	case err == nil:
		return h.kit.See(c, peerAddress(made.ID), "已新建同行组，请添加或导入账号")
	case fault.Is(err, fault.KindNotFound), fault.Is(err, fault.KindForbidden):
		return err
	}
	p, perr := h.peersPage(c)
	if perr != nil {
		return perr
	}
	p.Form = form

	return h.kit.Refuse(c, err, "reach/peers", &p)
}

func peerAddress(id int64) string { return "/reach/peers/" + strconv.FormatInt(id, 10) }

func (h *pages) peerGroup(c *gin.Context) error {
	p, err := h.peerPage(c)
	if err != nil {
		return err
	}

	return h.kit.Show(c, http.StatusOK, "reach/peers_group", p)
}

func (h *pages) peerPage(c *gin.Context) (p peerPage, err error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return p, err
	}
	p.Base = h.kit.Base(c, "同行", crumb, peersCrumb)
	if c.Request.Method == http.MethodGet {
		if err := web.Bind(c, &p.Form); err != nil {
			return p, err
		}
	}
	if p.Period, err = h.period(c, p.Form, p.Base); err != nil {
		return p, err
	}
	actor := web.Actor(c)
	p.League, err = h.peers.League(
		c.Request.Context(), actor, id, peer.Measure(p.Form.Sort), p.Period.Period,
	)
	if err != nil {
		return p, err
	}
	p.Title, p.May = p.League.Group.Name, actor.CanAt(access.PeerManage, p.League.Group.UnitPath)
	p.Add.Revision = p.League.Group.Revision

	for _, measure := range peer.Measures() {
		p.Measures = append(p.Measures, measureTab{
			Text:    measure.Label(),
			Href:    web.Link(c, "sort", string(measure)),
			Current: measure == p.League.Measure,
		})
	}
	p.Own, p.Peers = peerLines(p.League.Own), peerLines(p.League.Peers)

	return p, nil
}

func peerLines(lines []peer.Line) (shown []peerLine) {
	for _, line := range lines {
		one := peerLine{Line: line, Percentile: percentile(line.Place)}
		if one.Percentile != "" { // alone, a place says nothing
			one.PlaceText = placeText(line.Place)
		}
		if line.Value != nil {
			one.ValueText = group(*line.Value)
		}
		shown = append(shown, one)
	}

	return shown
}

func percentile(place index.Place) string {
	if place.Percentile == nil {
		return ""
	}

	return tenths(*place.Percentile)
}

// changePeers does an act on a group, and shows the page with what is wrong where it fails.
func (h *pages) changePeers(
	c *gin.Context, do func(id int64, form peerForm) error, done string, to func(id int64) string,
) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	var form peerForm
	if err = web.Bind(c, &form); err == nil {
		err = do(id, form)
	}

	switch {
	case err == nil:
		return h.kit.See(c, to(id), done)
	case fault.Is(err, fault.KindNotFound), fault.Is(err, fault.KindForbidden):
		return err
	}
	p, perr := h.peerPage(c)
	if perr != nil {
		return perr
	}
	form.Revision = p.Add.Revision
	p.Add = form

	return h.kit.Refuse(c, err, "reach/peers_group", &p)
}

func (h *pages) addPeer(c *gin.Context) error {
	return h.changePeers(c, func(id int64, form peerForm) error {
		_, err := h.peers.Add(c.Request.Context(), web.Actor(c), id, form.Revision, peer.Peer{
			UID: form.UID, Name: form.Name, Bureau: form.Bureau,
		})

		return err
	}, "已添加，公开的粉丝数和微博数每天读取一次", peerAddress)
}

func (h *pages) dropPeer(c *gin.Context) error {
	return h.changePeers(c, func(id int64, form peerForm) error {
		_, err := h.peers.Drop(c.Request.Context(), web.Actor(c), id, form.Revision, form.Peer)
		return err
	}, "已移除这个账号", peerAddress)
}

func (h *pages) retirePeers(c *gin.Context) error {
	return h.changePeers(c, func(id int64, form peerForm) error {
		_, err := h.peers.Retire(c.Request.Context(), web.Actor(c), id, form.Revision)
		return err
	}, "已停用这个同行组", func(int64) string { return peersCrumb.Href })
}

func (h *pages) peerImport(c *gin.Context) error {
	p, err := h.peerImportPage(c)
	if err != nil {
		return err
	}

	return h.kit.Show(c, http.StatusOK, "reach/peers_import", p)
}

func (h *pages) peerImportPage(c *gin.Context) (p peerImportPage, err error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return p, err
	}
	if p.Group, err = h.peers.Find(c.Request.Context(), web.Actor(c), id); err != nil {
		return p, err
	}
	p.Base = h.kit.Base(c, "导入同行账号", crumb, peersCrumb,
		page.Crumb{Text: p.Group.Name, Href: peerAddress(id)})
	if !web.Actor(c).CanAt(access.PeerManage, p.Group.UnitPath) {
		return p, fault.Forbidden("您不能修改这个单位的同行组")
	}

	return p, nil
}

// peerImportForm is a file of accounts.
type peerImportForm struct {
	Revision int                   `form:"revision"`
	File     *multipart.FileHeader `form:"file"`
}

func (h *pages) takePeers(c *gin.Context) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	var form peerImportForm
	var made peer.Imported
	err = web.Bind(c, &form)
	if err == nil {
		made, err = h.writePeers(c, id, form)
	}
	if fault.Is(err, fault.KindNotFound) || fault.Is(err, fault.KindForbidden) {
		return err
	}
	p, perr := h.peerImportPage(c)
	if perr != nil {
		return perr
	}
	p.Made, p.Done = made, err == nil

	for _, one := range made.Faults {
		p.Wrong = append(p.Wrong, wrongCell{one.Row, p.T(one.Column), p.T(one.Fault.Text, one.Fault.Args...)})
	}
	if err != nil {
		return h.kit.Refuse(c, err, "reach/peers_import", &p)
	}

	return h.kit.Show(c, http.StatusOK, "reach/peers_import", p)
}

func (h *pages) writePeers(c *gin.Context, id int64, form peerImportForm) (made peer.Imported, err error) {
	if form.File == nil {
		return made, fault.Invalid("file", "请选择 Excel 或 CSV 文件")
	}
	part, err := form.File.Open()
	if err != nil {
		return made, err
	}
	defer part.Close()
	raw, err := io.ReadAll(io.LimitReader(part, peer.MaxFile+1))
	if err != nil {
		return made, err
	}

	return h.peers.Import(c.Request.Context(), web.Actor(c), id, form.Revision, raw)
}

// peerTemplate gives a file with the columns to fill in.
func (h *pages) peerTemplate(c *gin.Context) error {
	printer := h.kit.Printer(c)

	heads := make([]sheet.Head, 0, len(peer.Heads()))
	for _, name := range peer.Heads() {
		heads = append(heads, sheet.Head{Text: printer.T(name), Width: 18})
	}
	rows := func(yield func([]string) bool) {}
	var file bytes.Buffer
	if err := sheet.WriteExcel(&file, strings.TrimSpace(printer.T("同行")), heads, rows); err != nil {
		return err
	}
	web.File(
		c,
		"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		"peers.xlsx",
		file.Bytes(),
	)

	return nil
}

// placeText says where something stands among how many; "" where it is not known.
func placeText(place index.Place) string {
	if !place.Known() {
		return ""
	}

	return fmt.Sprintf("%d / %d", place.Rank, place.Of)
}
