package docx

// The names of the parts of a file and of what they speak.
const (
	head             = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	wordprocessing   = `http://schemas.openxmlformats.org/wordprocessingml/2006/main`
	officeRelations  = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
	relationOfParts  = `http://schemas.openxmlformats.org/package/2006/relationships`
	wordType         = `application/vnd.openxmlformats-officedocument.wordprocessingml.`
	packageRelations = `<Relationships xmlns="` + relationOfParts + `">` +
		`<Relationship Id="rId1" Type="` + officeRelations + `/officeDocument" Target="word/document.xml"/>` +
		`<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/` +
		`core-properties" Target="docProps/core.xml"/></Relationships>`
	relations = `<Relationships xmlns="` + relationOfParts + `">` +
		`<Relationship Id="rId1" Type="` + officeRelations + `/styles" Target="styles.xml"/>` +
		`<Relationship Id="rId2" Type="` + officeRelations + `/fontTable" Target="fontTable.xml"/>` +
		`<Relationship Id="rId3" Type="` + officeRelations + `/settings" Target="settings.xml"/>` +
		`<Relationship Id="rId4" Type="` + officeRelations + `/footer" Target="footer1.xml"/></Relationships>`
	contentTypes = `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>` +
		`<Default Extension="xml" ContentType="application/xml"/>` +
		`<Override PartName="/word/document.xml" ContentType="` + wordType + `document.main+xml"/>` +
		`<Override PartName="/word/styles.xml" ContentType="` + wordType + `styles+xml"/>` +
		`<Override PartName="/word/fontTable.xml" ContentType="` + wordType + `fontTable+xml"/>` +
		`<Override PartName="/word/settings.xml" ContentType="` + wordType + `settings+xml"/>` +
		`<Override PartName="/word/footer1.xml" ContentType="` + wordType + `footer+xml"/>` +
		`<Override PartName="/docProps/core.xml" ` +
		`ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>`
	settings = `<w:settings xmlns:w="` + wordprocessing + `"><w:defaultTabStop w:val="420"/>` +
		`<w:themeFontLang w:val="en-US" w:eastAsia="zh-CN"/></w:settings>`
)

// footer is the number of the page between dashes, as official documents have it.
const footer = `<w:ftr xmlns:w="` + wordprocessing + `"><w:p><w:pPr><w:pStyle w:val="Footer"/></w:pPr>` +
	`<w:r><w:t xml:space="preserve">— </w:t></w:r>` +
	`<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> PAGE </w:instrText></w:r>` +
	`<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r>` +
	`<w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:t xml:space="preserve"> —</w:t></w:r></w:p></w:ftr>`

// fontTable names for each face those that stand in for it where it is not installed.
const fontTable = `<w:fonts xmlns:w="` + wordprocessing + `">` +
	`<w:font w:name="方正小标宋简体"><w:altName w:val="方正小标宋_GBK,华文中宋,黑体,SimHei,Noto Serif CJK SC"/>` +
	`<w:charset w:val="86"/><w:family w:val="roman"/><w:pitch w:val="variable"/></w:font>` +
	`<w:font w:name="黑体"><w:altName w:val="SimHei,Noto Sans CJK SC"/>` +
	`<w:charset w:val="86"/><w:family w:val="swiss"/><w:pitch w:val="variable"/></w:font>` +
	`<w:font w:name="仿宋_GB2312"><w:altName w:val="仿宋,FangSong,华文仿宋,Noto Serif CJK SC"/>` +
	`<w:charset w:val="86"/><w:family w:val="modern"/><w:pitch w:val="variable"/></w:font>` +
	`<w:font w:name="Times New Roman"><w:family w:val="roman"/><w:pitch w:val="variable"/></w:font></w:fonts>`

// styles: the title 方正小标宋 二号, headings 黑体 三号, text 仿宋 三号 with two signs of indent and 28 points from
// line to line, tables 仿宋 小五.
const styles = `<w:styles xmlns:w="` + wordprocessing + `"><w:docDefaults><w:rPrDefault><w:rPr>` +
	`<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="仿宋_GB2312" w:cs="Times New Roman"/>` +
	`<w:sz w:val="32"/><w:szCs w:val="32"/><w:lang w:val="en-US" w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault>` +
	`<w:pPrDefault><w:pPr><w:spacing w:before="0" w:after="0"/></w:pPr></w:pPrDefault></w:docDefaults>` +
	`<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/>` +
	`<w:pPr><w:spacing w:line="560" w:lineRule="exact"/><w:ind w:firstLine="640" w:firstLineChars="200"/>` +
	`<w:jc w:val="both"/></w:pPr></w:style>` +
	`<w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:next w:val="Normal"/><w:qFormat/>` +
	`<w:pPr><w:spacing w:before="240" w:after="240" w:line="640" w:lineRule="exact"/><w:jc w:val="center"/></w:pPr>` +
	`<w:rPr><w:rFonts w:eastAsia="方正小标宋简体"/><w:sz w:val="44"/><w:szCs w:val="44"/></w:rPr></w:style>` +
	`<w:style w:type="paragraph" w:styleId="Subtitle"><w:name w:val="Subtitle"/><w:next w:val="Normal"/><w:qFormat/>` +
	`<w:pPr><w:spacing w:line="480" w:lineRule="exact"/><w:jc w:val="center"/></w:pPr>` +
	`<w:rPr><w:sz w:val="28"/><w:szCs w:val="28"/></w:rPr></w:style>` +
	`<w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:next w:val="Normal"/><w:qFormat/>` +
	`<w:pPr><w:keepNext/><w:spacing w:before="240" w:after="60" w:line="560" w:lineRule="exact"/>` +
	`<w:ind w:firstLine="640" w:firstLineChars="200"/><w:outlineLvl w:val="0"/></w:pPr>` +
	`<w:rPr><w:rFonts w:eastAsia="黑体"/></w:rPr></w:style>` +
	`<w:style w:type="paragraph" w:styleId="Caption"><w:name w:val="caption"/><w:next w:val="Normal"/>` +
	`<w:pPr><w:keepNext/><w:spacing w:before="160" w:after="80"/><w:jc w:val="center"/></w:pPr>` +
	`<w:rPr><w:rFonts w:eastAsia="黑体"/><w:sz w:val="21"/><w:szCs w:val="21"/></w:rPr></w:style>` +
	`<w:style w:type="paragraph" w:styleId="Cell"><w:name w:val="Table Text"/>` +
	`<w:pPr><w:spacing w:before="30" w:after="30"/></w:pPr>` +
	`<w:rPr><w:sz w:val="18"/><w:szCs w:val="18"/></w:rPr></w:style>` +
	`<w:style w:type="paragraph" w:styleId="CellHead"><w:name w:val="Table Head"/><w:basedOn w:val="Cell"/>` +
	`<w:rPr><w:rFonts w:eastAsia="黑体"/></w:rPr></w:style>` +
	`<w:style w:type="paragraph" w:styleId="Gap"><w:name w:val="Table Gap"/>` +
	`<w:pPr><w:spacing w:line="160" w:lineRule="exact"/></w:pPr><w:rPr><w:sz w:val="12"/></w:rPr></w:style>` +
	`<w:style w:type="paragraph" w:styleId="Note"><w:name w:val="Note"/>` +
	`<w:pPr><w:spacing w:before="60" w:line="320" w:lineRule="exact"/></w:pPr>` +
	`<w:rPr><w:sz w:val="21"/><w:szCs w:val="21"/></w:rPr></w:style>` +
	`<w:style w:type="paragraph" w:styleId="Footer"><w:name w:val="footer"/><w:pPr><w:jc w:val="center"/></w:pPr>` +
	`<w:rPr><w:sz w:val="28"/><w:szCs w:val="28"/></w:rPr></w:style>` +
	`<w:style w:type="table" w:styleId="Grid"><w:name w:val="Table Grid"/><w:tblPr><w:tblBorders>` +
	`<w:top w:val="single" w:sz="8" w:color="000000"/><w:left w:val="single" w:sz="4" w:color="000000"/>` +
	`<w:bottom w:val="single" w:sz="8" w:color="000000"/><w:right w:val="single" w:sz="4" w:color="000000"/>` +
	`<w:insideH w:val="single" w:sz="4" w:color="000000"/><w:insideV w:val="single" w:sz="4" w:color="000000"/>` +
	`</w:tblBorders><w:tblCellMar><w:left w:w="70" w:type="dxa"/><w:right w:w="70" w:type="dxa"/></w:tblCellMar>` +
	`</w:tblPr></w:style></w:styles>`
