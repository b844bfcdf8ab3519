package seal

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// ParseKeys reads master keys as a key file holds them: base64 of 32 bytes, one a line, the newest
// first; empty lines and lines that begin with # do not count.
func ParseKeys(text string) ([][]byte, error) {
	var keys [][]byte

	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		k, err := base64.StdEncoding.DecodeString(line)
		if err != nil || len(k) != KeySize {
			return nil, fmt.Errorf("主密钥格式不对：每行应为 %d 字节随机数的 base64（可用 openssl rand -base64 32 生成）", KeySize)
		}
		keys = append(keys, k)
	}
	if len(keys) == 0 {
		return nil, errors.New("主密钥为空")
	}

	return keys, nil
}

// FromText is ParseKeys and New in one.
func FromText(text string) (*Box, error) {
	keys, err := ParseKeys(text)
	if err != nil {
		return nil, err
	}

	return New(keys[0], keys[1:]...)
}

// mounted is where container engines put secrets, with a mode nobody can choose; others than us are not
// in there.
const mounted = "/run/secrets/"

// ReadFile reads a file that holds a secret and refuses one that others than its owner may read, unless
// a container engine mounted it.
func ReadFile(path string) (Secret, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("密钥文件 %s 打不开: %w", path, err)
	}
	if info.Mode().Perm()&0o077 != 0 && !strings.HasPrefix(path, mounted) {
		return "", fmt.Errorf("密钥文件 %s 的权限是 %04o，其他人可以读取；请执行 chmod 600 %s", path, info.Mode().Perm(), path)
	}
	b, err := os.ReadFile(path)
	if errors.Is(err, os.ErrPermission) && strings.HasPrefix(path, mounted) {
		return "", fmt.Errorf(
			"密钥文件 %s 本容器的用户（%d）读不了：请在主机上 chmod 444 该文件，并用权限 0700 的文件夹保护它: %w",
			path,
			os.Geteuid(),
			err,
		)
	}
	if err != nil {
		return "", fmt.Errorf("密钥文件 %s 打不开: %w", path, err)
	}

	return Secret(bytes.TrimSpace(b)), nil
}

// CreateKeyFile gives the content of the key file at path; when there is none yet it draws a key and
// writes one of mode 0600. For demonstrations: an operator makes and backs up the key apart from the
// database.
func CreateKeyFile(path string) (Secret, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", fmt.Errorf("make folder of the key file: %w", err)
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, os.ErrExist) {
		return ReadFile(path)
	}
	if err != nil {
		return "", fmt.Errorf("make key file: %w", err)
	}
	master := make([]byte, KeySize)
	_, _ = rand.Read(master) // never fails
	text := base64.StdEncoding.EncodeToString(master)
	_, err = file.WriteString(text + "\n")
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return "", fmt.Errorf("write key file: %w", err)
	}

	return Secret(text), nil
}
