package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"juzhen/internal/bench"
)

type benchCommand struct {
	Figures benchFiguresCommand `cmd:"" default:"withargs" help:"性能数字，与基准交替测量取中位数。Figures beside their baselines."`
	Faults  benchFaultsCommand  `cmd:"" help:"对真实进程施加伤害，以微博仿真的日志为准。Do harm to real processes; the imitation Weibo is the judge."`
	Stub    benchStubCommand    `cmd:"" hidden:""`
	Bare    benchBareCommand    `cmd:"" hidden:""`
	Attack  benchAttackCommand  `cmd:"" hidden:""`
	Visit   benchVisitCommand   `cmd:"" hidden:""`
}

type benchFiguresCommand struct {
	Only     []string `help:"只测名称含此词的项目：instant、api30、fifty、planning、steady、pages、flat、calendar、history、hostile、views、readings、library、inbox、lexicon、lexicon-check、site、start、memory。Only figures whose name holds this."`
	Rounds   int      `default:"5" help:"轮数。Rounds."`
	Accounts int      `default:"10000" help:"账号数。Accounts."`
	Ahead    int      `default:"400" help:"同一时刻到时的达到多少条就提前标记，默认与安装时相同；0 为从不。So many due at one instant are marked ahead of it, as an installation does; 0: never."`
	Profile  string   `help:"存放突发时 CPU 剖面的文件夹（程序须以 juzhen_profile 标签构建）。Folder for CPU profiles during bursts."`
}

func (c benchFiguresCommand) Run(ctx context.Context) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}

	return bench.Figures(ctx, bench.FigureOptions{
		Self: self, Bin: filepath.Dir(self), Only: c.Only, Rounds: c.Rounds, Accounts: c.Accounts,
		Ahead: c.Ahead, Out: os.Stdout, Profile: c.Profile,
	})
}

type benchStubCommand struct{}

func (benchStubCommand) Run(ctx context.Context) error { return bench.ServeStub(ctx, os.Stdout) }

type benchAttackCommand struct {
	Base string `arg:""`
}

func (c benchAttackCommand) Run(ctx context.Context) error {
	return bench.Attack(ctx, c.Base, os.Stdout)
}

type benchVisitCommand struct {
	Address string
	Path    string
	Conns   int
	For     time.Duration
	Rate    int
}

func (c benchVisitCommand) Run(ctx context.Context) error {
	return bench.Visit(ctx, bench.VisitOptions{
		Address: c.Address, Path: c.Path, Conns: c.Conns, For: c.For, Rate: c.Rate,
	}, os.Stdout)
}

type benchBareCommand struct {
	URL   string
	Calls int
	Conns int
}

func (c benchBareCommand) Run(ctx context.Context) error {
	at, err := bench.Bare(ctx, c.URL, c.Calls, c.Conns)
	if err != nil {
		return err
	}
	_, err = fmt.Println(at.UnixNano())

	return err
}

type benchFaultsCommand struct {
	Only     []string `help:"只做名称含此词的场景。Only scenarios whose name holds this."`
	Small    bool     `help:"每个场景只做几条。A few deliveries each."`
	Parallel int      `default:"2" help:"同时进行的场景数。Scenarios at once."`
	Bin      string   `help:"程序所在文件夹（须以 juzhen_stoppoints 标签构建）；空则在当前源码目录构建。Folder of the programs; empty: build them from the sources here."`
	Keep     string   `help:"未通过的场景的日志存放处。Where to keep the logs of what did not hold."`
}

func (c benchFaultsCommand) Run(ctx context.Context) error {
	if c.Bin == "" {
		dir, err := os.MkdirTemp("", "juzhen-bench-bin-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		fmt.Println("构建带停止点的程序…… Building the programs with stop points…")
		if err := bench.Build(ctx, ".", dir, bench.StopTag); err != nil {
			return err
		}
		c.Bin = dir
	}
	bin, err := filepath.Abs(c.Bin)
	if err != nil {
		return err
	}
	_, err = bench.Faults(ctx, bench.FaultOptions{
		Bin: bin, Only: c.Only, Small: c.Small, Parallel: c.Parallel, Keep: c.Keep, Out: os.Stdout,
	})

	return err
}
