package demo

import (
	"context"

	"juzhen/internal/site"
)

// siteLook is how the demonstration's public site looks.
var siteLook = site.Look{
	Name:   "北京生态环境微博矩阵（演示）",
	NameEn: "Beijing Ecology and Environment on Weibo (demonstration)",
	Footer: "主办：北京市生态环境局（演示数据，并非真实发布）",
	Filing: "京ICP备00000000号（演示）",
	Accent: "#1f5f8b",
}

// openSite has the administrator ask that the site becomes public, and the supervisor agree. A site that is
// open or was changed by hand is left alone.
func (s *Show) openSite(ctx context.Context) error {
	asker, err := s.signIn(ctx, "guanli")
	if err != nil {
		return err
	}
	second, err := s.signIn(ctx, "zhuguan")
	if err != nil {
		return err
	}
	draft, err := s.Services.Site.Find(ctx, asker)
	if err != nil || draft.Name != "" {
		return err
	}
	if draft, err = s.Services.Site.Save(ctx, asker, draft.Revision, siteLook); err != nil {
		return err
	}
	if draft, err = s.Services.Site.Ask(ctx, asker, draft.Revision); err != nil {
		return err
	}
	_, err = s.Services.Site.Answer(ctx, second, draft.Revision, true)

	return err
}
