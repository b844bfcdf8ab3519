// Package demo loads the demonstration matrix and does the main job before the reader's eyes: one
// notice with a wording of its own for each of the twenty accounts, written, approved, sent once, read
// back. It acts through the same use cases as people do; the districts' accounts are invented and
// marked 示例.
package demo

import (
	"juzhen/internal/access"
	"juzhen/internal/account"
	"juzhen/internal/org"
)

// seat is one account of the matrix and the unit that holds it.
type seat struct {
	unit      string
	kind      org.Kind
	handle    string
	seat      account.Seat
	connector account.Connector
}

const bureau = "北京市环境保护局"

// seats are the twenty of the first matrix: three of the city, sixteen districts, the development area
// (docs/demo.md). The development area shows the public interface, which demands a link on the
// application's own domain.
func seats() []seat {
	list := []seat{
		{bureau, org.Bureau, "环保北京", account.Main, account.Commercial},
		{"北京市环境保护宣传中心", org.Centre, "京环之声", account.Affiliated, account.Commercial},
		{"北京市环境保护监测中心", org.Centre, "北京环境监测", account.Affiliated, account.Commercial},
	}
	for _, d := range districts {
		list = append(list, seat{d + "区", org.District, d + "环保示例", account.District, account.Commercial})
	}

	return append(list, seat{"北京经济技术开发区", org.Zone, "经开区环保示例", account.District, account.Public})
}

var districts = []string{
	"东城", "西城", "朝阳", "海淀", "丰台", "石景山", "门头沟", "房山", "通州", "顺义", "昌平", "大兴", "怀柔", "平谷", "密云",
	"延庆",
}

// person is a demonstration user, named by the post held.
type person struct {
	username, display, unit string
	role                    access.Role
}

// people are one of each role for the whole bureau, a second reviewer for 三审三校, a second supervisor for
// what two of them sign, and two of a district who see no more than their district.
func people() []person {
	return []person{
		{"xuanchuan", "值班宣传专员", bureau, access.PressOfficer},
		{"chushen", "科室审核员", bureau, access.Reviewer},
		{"shenhe", "值班审核员", bureau, access.Reviewer},
		{"zhuguan", "值班主管", bureau, access.Supervisor},
		{"fuzhuguan", "值班副主管", bureau, access.Supervisor},
		{"guanli", "系统管理员", bureau, access.Administrator},
		{"shenji", "安全审计员", bureau, access.Auditor},
		{"chaoyang-xuanchuan", "朝阳区宣传专员", "朝阳区", access.PressOfficer},
		{"chaoyang-shenhe", "朝阳区审核员", "朝阳区", access.Reviewer},
	}
}
