"""How a person's name is written: surnames, and the words and endings that look like one and are none.

Only what stands where a name is expected is looked at; nothing here finds names in running text.
"""

import re
from enum import IntEnum

from gongbao.gazette.masking import PEOPLE_HAN


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# The Hundred Family Surnames, and those that are met today beyond them.
_SINGLE = frozenset(
    "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏水窦章云苏潘葛奚范彭郎鲁韦昌马苗凤"
    "花方俞任袁柳酆鲍史唐费廉岑薛雷贺倪汤滕殷罗毕郝邬安常乐于时傅皮卞齐康伍余元卜顾孟平黄和穆萧尹姚邵湛汪祁毛禹狄"
    "米贝明臧计伏成戴谈宋茅庞熊纪舒屈项祝董梁杜阮蓝闵席季麻强贾路娄危江童颜郭梅盛林刁钟徐邱骆高夏蔡田樊胡凌霍虞万"
    "支柯昝管卢莫经房裘缪干解应宗丁宣贲邓郁单杭洪包诸左石崔吉钮龚程嵇邢滑裴陆荣翁荀羊於惠甄曲家封芮羿储靳汲邴糜松"
    "井段富巫乌焦巴弓牧隗山谷车侯宓蓬全郗班仰秋仲伊宫宁仇栾暴甘钭厉戎祖武符刘景詹束龙叶幸司韶郜黎蓟薄印宿白怀蒲邰"
    "从鄂索咸籍赖卓蔺屠蒙池乔阴胥能苍双闻莘党翟谭贡劳逄姬申扶堵冉宰郦雍郤璩桑桂濮牛寿通边扈燕冀郏浦尚农温别庄晏柴"
    "瞿阎充慕连茹习宦艾鱼容向古易慎戈廖庾终暨居衡步都耿满弘匡国文寇广禄阙东欧殳沃利蔚越夔隆师巩厍聂晁勾敖融冷訾辛"
    "阚那简饶曾毋沙乜养鞠须丰巢关蒯相查后荆红游竺权逯盖益桓公仉督岳帅缑亢况郈有琴商牟佘佴伯赏墨哈谯笪年爱阳佟言福"
    "法汝鄢涂钦楚晋闫肖付代仝冼覃麦丘谌苟郄原底门由展初战矫隋綦栗庹鹿豆英尧尉植智撒海买妥虎冶锁喇苑信员贠运郇郐"
    "禚亓丛兰盘赫青卿敬税补母邝招粟揭郅续要药弋校藏茆衣位辜刑候贞俎樵刀召罕雪斗油揣才敏迟邸仵拾巨玄勇宛靖呼斯随"
    "芦耳达来折闪铁腊锺鬱濯厚岩宝念庆修翠侍伦荔化奉佀郯剧甯秘南西北种旷雒洛闰朴尢璐邨睢郸蹇牙苪郧撖楼"
)
_COMPOUND = _set(
    """
    万俟 司马 上官 欧阳 夏侯 诸葛 闻人 东方 赫连 皇甫 尉迟 公羊 澹台 公冶 宗政 濮阳 淳于 单于 太叔 申屠 公孙 仲孙 轩辕
    令狐 钟离 宇文 长孙 慕容 鲜于 闾丘 司徒 司空 亓官 司寇 子车 颛孙 端木 巫马 公西 漆雕 乐正 壤驷 公良 拓跋 夹谷 宰父
    谷梁 段干 百里 东郭 南门 呼延 羊舌 微生 梁丘 左丘 东门 西门 南宫 第五 独孤 完颜 叶赫 那拉 纳兰 爱新 耶律 贺兰 哥舒
    达奚 长公 范姜 张简
    """
)

# Words that are no name, though they begin like one: what stands in heads of tables, labels and headings.
_WORDS = _set(
    """
    单位 单项 单独 单元 单价 方案 方法 方面 方式 方向 时间 时期 时段 时限 金额 金奖 金融 金属 金牌 白天 白酒 高度 高效
    高新 高中 高级 高校 高等 高铁 高速 高温 高职 高考 党员 党委 党政 党建 党组 党校 党办 党务 党支部 党总支 党组织
    党群办 党政办 万元 万人 万户 万吨 万亩 平台 平均 平时 安全 安排 安置 安装 安徽 成员 成立 成果 成绩 成本 成都 成人
    成人组 项目 项次 项目部 程序 程度 经费 经济 经理 经办 经营 经信 计划 计算 计量 计生 国家 国土 国有 国际 国内 国资
    水利 水务 水泥 水库 水质 水产 水平 水电 水果 江苏 江西 华东 华北 华中 华南 文件 文字 文旅 文艺 文体 文教 商务 商业
    商品 商贸 商标 林业 林木 林地 农业 农村 农林 农民 农户 农产品 牧业 石油 石材 车辆 车间 车站 路段 路线 路灯 马上
    马路 包装 包括 连续 连接 连锁 应急 应用 应当 应届 关键 关系 关于 管理 管委 管委会 管道 管网 管护 解决 满意 通报
    通知 通信 通过 通讯 全市 全县 全省 全国 全面 全体 全区 全部 全年 曾经 明确 明显 明年 段落 温度 温室 席位 游客 强化
    强调 边界 常务 常委 常态 常住 常规 常年 房屋 房产 封闭 古建 古镇 简称 简介 简易 公司 公安 公共 公路 公园 公开 公告
    公示 公里 公交 公益 公章 公务员 东部 东城 东区 南部 南区 西部 西区 北部 北区 北京 海关 海南 黄河 原则 原因 原料
    种类 种子 种植 师范 师德 师资 计数 红旗 红十字 易地 班级 班主任 班子 班长 班组 代表 代码 代理 付款 初中 初审 初级
    初稿 户数 户籍 户主 户名 门诊 门类 展示 展览 战略 底数 信息 信用 信访 信贷 员工 运行 运输 运动员 运营 位置 税务
    税收 税额 补助 补贴 补充 招标 招商 招聘 续建 要求 要点 药品 药材 药业 校长 校区 校医 衣物 刑事 候补 候选 油料 来源
    来访 线路 线上 院长 院校 院系 西医 化工 化肥 养老 养殖 养护 查处 查验 相关 相应 后勤 后续 权限 权重 权利 益民 法人
    法律 法规 法院 法治 商会 言论 福利 年度 年龄 党派 年限 年级 年终 爱国 司法 司机 印章 籍贯 能源 能力 能手 双方 居民
    居委会 居委 都市 广场 广播 广告 利率 利用 利润 教师 学生 选手 专家 评委 主任 书记 局长 科长 职工 村民 群众 领导
    组长 队长 市民 姓名 性别 民族 备注 序号 编号 名称 地址 电话 手机 邮箱 联系 负责 职务 职称 学历 专业 工种 奖项 等级
    名次 得分 成绩单 合计 小计 总计 其他 其它 推荐 责任 牵头 配合 时代 支部 支行 支队 支持 支出 支付 支撑 任务 任职
    任期 任教 元月 元旦 余额 计分 纪委 纪检 纪律 童装 童车 盛会 干部 干线 干警 宣传 宣传部 宣传科 包村 左右 洪水 洪涝
    段长 山区 山林 车牌 全民 班车 宫颈 武装 武装部 武警 印刷 宿舍 白名单 从业 从事 索引 池塘 双创 通行 通用 通道 边远
    扶贫 扶持 尚未 温馨 别名 庄稼 充电 充分 容量 容积 向导 易耗品 步骤 步行 都是 满分 国债 国道 国企 广泛 东侧 欧洲
    沃土 利息 越野 隆重 融资 冷链 简单 那么 须知 丰富 红线 游泳 权益 盖章 公里数
    """
)
# Words that people are called by too: a name where a list says so, and nowhere else.
_ALSO_WORDS = _set(
    """
    高峰 高明 高远 高洁 高兴 高原 高山 高潮 高洋 方圆 方正 方舟 平安 安康 安静 安宁 安心 康健 康复 江山 江河 江海 马力
    王国 王府 金星 金山 金秋 金桥 金水 金龙 金叶 白雪 白云 白露 白杨 白鹭 黄金 黄山 黄海 黄牛 华山 华夏 华侨 文静 文明
    文化 文明户 文昌 明亮 明星 明珠 明德 成功 成长 成熟 和平 和谐 和睦 万方 万里 万全 万年 万达 时光 时雨 时事 向阳
    向前 向上 向日葵 乐天 乐园 国庆 国强 国光 东风 东方 东升 东海 常青 常胜 牡丹 花朵 花卉 花园 雷雨 雷达 雷电 雷锋
    云海 云南 云彩 云天 海洋 海燕 海涛 海峡 山水 山河 山东 山西 古今 古城 夏天 夏至 夏收 夏粮 秋天 秋实 秋收 秋粮 石榴
    石桥 石磊 柳絮 柳林 梅花 梅园 林园 林海 林泉 金融 景区 景观 景点 双龙 双喜 龙湖 龙泉 龙门 凤凰 凤城 石头 田园 田野
    田间 桂花 桂林 松林 松树 燕子 牛奶 羊肉 马铃薯 温泉 温暖 温馨 祝福 祝贺 谢谢 宝贝 宝石 丰收 丰华 红星 红梅 红叶
    青山 青春 青年 青少年 青松 兰花 兰草 荷花 汤池 汤圆 顾问 顾客 毛巾 毛衣 米粉 米线 水仙 水晶 车队 强国 富强 富民
    富贵 易经 易通 安居 安泰 盛世 盛夏 盛华 宏大 宏图 常乐 寿星 应天 应征 信阳 洛阳 南阳 濮阳 安阳 阳光 阳春 卫生 卫士
    卫生间 计谋 诸位 诸多 尤其 何况 施工 施行 施肥 许可 许多 许诺 张贴 张家口 严格 严禁 严重 严肃 章程 章节 苏州 苏绣
    葛根 范围 范例 彭城 鲁山 鲁班 昌盛 苗木 苗圃 苗族 花生 花木 费用 任何 任意 史志 史料 唐山 唐诗 廉洁 廉政 薛城 贺信
    贺电 倪说 乐器 乐队 乐业 于是 时尚 元素 平原 平顶山 黄酒 黄瓜 黄豆
    """
)
# How names of places, bodies and groups end, and names of people do not.
_UNIT_ENDS = frozenset("市县区街局厅院校厂店馆站所处组队部室场委办奖级类号户系省巷坊厦")
# How both may end.
_PLACE_ENDS = frozenset("镇乡村会科团社班司库庄寨屯苑湾塘岭坡沟坪店家岗员师")
_NEVER_INSIDE = re.compile("[的了第各或被们类款奖届个其等项]")

_ORDINAL = re.compile("第[一二三四六七八九十百]|第五[章节条款项届期批次类号编篇届]")
_HAN_NAME = re.compile(f"[{PEOPLE_HAN}]{{2,4}}")
# Of a people whose names are written with a dot: 阿依古丽·买买提.
_DOTTED_NAME = re.compile(f"[{PEOPLE_HAN}]{{1,8}}(?:·[{PEOPLE_HAN}]{{1,8}}){{1,3}}")


class Likeness(IntEnum):
    """How much a word looks like a person's name."""

    NONE = 0
    LENGTH = 1  # it could be one, of a surname that is not known
    SURNAME = 2  # it begins with a surname, and is a word or the name of a place as well
    CLEAR = 3


def is_compound_surname(word: str) -> bool:
    return word in _COMPOUND


def likeness(word: str) -> Likeness:
    """How much a word, without white space, looks like a name: 2 to 4 characters behind a surname, or with a dot."""
    if _DOTTED_NAME.fullmatch(word):
        return Likeness.CLEAR
    if not _HAN_NAME.fullmatch(word) or word in _WORDS or _NEVER_INSIDE.search(word, 1) or _ORDINAL.match(word):
        return Likeness.NONE
    if word[-1] in _UNIT_ENDS:
        return Likeness.NONE
    if len(word) == 4 and (word[:2] in _WORDS or word[2:] in _WORDS):
        return Likeness.NONE
    if word[:2] in _COMPOUND and len(word) > 2:
        return Likeness.CLEAR if len(word) == 4 or word[-1] not in _PLACE_ENDS else Likeness.SURNAME
    if word[0] not in _SINGLE:
        return Likeness.LENGTH
    if len(word) == 4:
        # A child may bear the surnames of both parents.
        both = word[1] in _SINGLE and word[:2] not in _ALSO_WORDS and word[2:] not in _ALSO_WORDS
        return Likeness.SURNAME if both and word[-1] not in _PLACE_ENDS else Likeness.LENGTH
    if word in _ALSO_WORDS or (len(word) == 3 and (word[:2] in _WORDS or word[-1] in _PLACE_ENDS)):
        return Likeness.SURNAME
    return Likeness.CLEAR
