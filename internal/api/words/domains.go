package words

import (
	"context"
	"net/http"
	"strings"

	"juzhen/internal/access"
	"juzhen/internal/api/rest"
	"juzhen/internal/i18n"
	"juzhen/internal/link"
)

// linkDomains are the domains to which the links of a unit may lead.
type linkDomains struct {
	UnitID  int64              `json:"unit_id"`
	Domains []string           `json:"domains" doc:"本单位设的，子域名也算；空为没有设"`
	Version int                `json:"version" doc:"修改时写上，从未设过为 0"`
	Above   []inheritedDomains `json:"above" doc:"上级单位设的，在这里同样算"`
	Always  []string           `json:"always" doc:"应用的安全域名，总在清单上"`
}

type inheritedDomains struct {
	Unit    string   `json:"unit"`
	Domains []string `json:"domains"`
}

type newLinkDomains struct {
	UnitID  int64    `json:"unit_id" minimum:"1"`
	Domains []string `json:"domains" maxItems:"500" doc:"不带 http:// 和路径；空则取消本单位的清单"`
	Version int      `json:"version" minimum:"0" maximum:"2147483647" doc:"所见的版本，从未设过为 0"`
}

func (a *api) domains() {
	rest.Register(a.API, rest.Op(http.MethodGet,
		"/checks/domains", "get-link-domains",
		"checks", i18n.N("一个单位的链接域名清单"),
	), access.LexiconView, a.getDomains)
	rest.Register(a.API, rest.Op(http.MethodPut,
		"/checks/domains", "set-link-domains",
		"checks", i18n.N("设一个单位的链接域名清单，对全部下级单位生效"),
	), access.LexiconManage, a.setDomains)
}

func (a *api) getDomains(ctx context.Context, who access.Actor, in *struct {
	UnitID int64 `query:"unit_id" required:"true" minimum:"1"`
}) (*rest.Out[linkDomains], error) {
	list, err := a.Links.Domains(ctx, who, in.UnitID)
	return &rest.Out[linkDomains]{Body: showDomains(list)}, err
}

func (a *api) setDomains(
	ctx context.Context,
	who access.Actor,
	in *struct{ Body newLinkDomains },
) (*rest.Out[linkDomains], error) {
	list, err := a.Links.SetDomains(ctx, who, link.NewDomains{
		UnitID:  in.Body.UnitID,
		Text:    strings.Join(in.Body.Domains, "\n"),
		Version: in.Body.Version,
	})

	return &rest.Out[linkDomains]{Body: showDomains(list)}, err
}

func showDomains(list link.Domains) linkDomains {
	return linkDomains{
		UnitID:  list.UnitID,
		Domains: link.Readable(list.Hosts),
		Version: list.Version,
		Above: rest.Each(list.Above, func(above link.Inherited) inheritedDomains {
			return inheritedDomains{above.Unit, link.Readable(above.Hosts)}
		}),
		Always: append([]string{}, list.Always...),
	}
}
