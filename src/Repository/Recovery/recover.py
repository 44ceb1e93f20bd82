#!/usr/bin/env python3
"""Lists and extracts backup points of one Cairn chain with python3 and the zstd tool alone. See RECOVER.md beside this file."""
import argparse
import fnmatch
import hashlib
import os
import shutil
import struct
import subprocess
import sys

FORMAT = 1
BATCH_BYTES = 32 << 20
DIRECTORY, FILE, LINK = 1, 2, 3


class Damaged(Exception):
    pass


def make_crc_table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


CRC_TABLE = make_crc_table()


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc = crc >> 8 ^ CRC_TABLE[(crc ^ byte) & 255]
    return crc ^ 0xFFFFFFFF


def require(holds, what):
    if not holds:
        raise Damaged(what)


def unzstd(frames, length):
    """Unpacks zstd frames that stand one after the other; together they have so many bytes."""
    if not frames:
        return b""
    done = subprocess.run(["zstd", "-q", "-dc"], input=b"".join(frames), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    require(done.returncode == 0 and len(done.stdout) == length, "zstd cannot unpack it: " + done.stderr.decode(errors="replace").strip())
    return done.stdout


class Fields:
    """Reads one field after the other."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        require(0 <= count <= len(self.data) - self.at, "a field goes over the end")
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, form):
        return struct.unpack("<" + form, self.take(struct.calcsize("<" + form)))[0]

    def raw(self):
        return self.take(self.number("I"))

    def text(self):
        return self.raw().decode("utf-8")

    def place(self):
        return (self.number("I"), self.number("Q"), self.number("I"), self.number("I"), self.take(32))

    def more(self):
        return self.at < len(self.data)


def read_preamble(data, magic, path):
    require(len(data) >= 16 and data[:8] == magic, "%s: is no file of this kind" % path)
    version = struct.unpack_from("<H", data, 8)[0]
    if version != FORMAT:
        raise Damaged("%s: is of format %d; this script reads format %d" % (path, version, FORMAT))
    require(struct.unpack_from("<I", data, 12)[0] == crc32c(data[:12]), "%s: the preamble's checksum does not fit" % path)


def read_block(data, at, path):
    """The kind, the plain bytes and the end of the block at an offset."""
    where = "%s at offset %d" % (path, at)
    head = data[at:at + 40]
    require(len(head) == 40 and head[:4] == b"CRNB", where + ": no block begins here")
    kind, codec, cipher = head[4], head[5], head[6]
    plain, stored = struct.unpack_from("<II", head, 8)
    require(struct.unpack_from("<I", head, 36)[0] == crc32c(head[:36]), where + ": the block header's checksum does not fit")
    if cipher:
        raise Damaged(where + ": is encrypted; only Cairn and the key can read it")
    require(plain <= 8 << 20 and stored <= plain, where + ": lengths out of bounds")
    body = data[at + 40:at + 40 + stored]
    require(len(body) == stored and struct.unpack_from("<I", head, 32)[0] == crc32c(body), where + ": the block's checksum does not fit")
    return kind, (unzstd([body], plain) if codec else body), at + 40 + stored


class Chain:
    def __init__(self, directory):
        self.directory = directory
        self.packs = {}

    def path(self, *names):
        return os.path.join(self.directory, *names)

    def points(self):
        names = os.listdir(self.path("commits")) if os.path.isdir(self.path("commits")) else []
        found = sorted(n[:-len(".commit")] for n in names if n.endswith(".commit"))
        buried = self.path("..", "..", "tombstones")
        return [p for p in found if not os.path.exists(os.path.join(buried, p + ".tombstone"))]

    def read(self, folder, point, suffix, magic):
        path = self.path(folder, point + suffix)
        with open(path, "rb") as file:
            data = file.read()
        read_preamble(data, magic, path)
        return data, path

    def record(self, point):
        data, path = self.read("commits", point, ".commit", b"CAIRNCMT")
        kind, plain, end = read_block(data, 16, path)
        require(kind == 6 and end == len(data), path + ": is not one commit record")
        fields = Fields(plain)
        names = [fields.text() for _ in range(7)]
        created = fields.number("q")
        full = fields.number("B") == 1
        return {"cluster": names[3], "engine": names[4], "label": names[6], "created": created, "full": full, "plain": plain}

    def pages(self, point):
        """The places of the point's pages, after the manifest was held against the commit record."""
        data, path = self.read("manifests", point, ".manifest", b"CAIRNMAN")
        require(hashlib.sha256(data).digest() in self.record(point)["plain"], path + ": is not the manifest that the commit record names")
        at, end = 16, len(data) - 16
        while at < end:
            kind, plain, at = read_block(data, at, path)
            if kind == 8:
                fields = Fields(plain)
                for _ in range(fields.number("I")):
                    yield fields.place()
                    fields.number("I")

    def stored(self, place, kind):
        """A record's codec and stored bytes, its header checked."""
        pack, offset, stored, plain, name = place
        where = "%08x.pack at offset %d" % (pack, offset)
        if pack not in self.packs:
            if len(self.packs) > 50:
                self.packs.popitem()[1].close()
            path = self.path("packs", "%08x.pack" % pack)
            self.packs[pack] = open(path, "rb")
            read_preamble(self.packs[pack].read(16), b"CAIRNPAK", path)
        file = self.packs[pack]
        file.seek(offset)
        head = file.read(72)
        require(len(head) == 72 and head[:4] == b"CRNS", where + ": no record begins here")
        require(struct.unpack_from("<I", head, 68)[0] == crc32c(head[:68]), where + ": the record header's checksum does not fit")
        if head[6]:
            raise Damaged(where + ": is encrypted; only Cairn and the key can read it")
        require(head[4] == kind and struct.unpack_from("<II", head, 8) == (plain, stored) and head[32:64] == name,
                where + ": another record is here than the manifest names")
        require(0 < plain <= 16 << 20 and stored <= plain, where + ": lengths out of bounds")
        data = file.read(stored)
        require(len(data) == stored, where + ": the pack ends too early")
        return head[5], data

    def load(self, places, kind):
        """The plain bytes of records, each proved by its name; zstd is started once for all."""
        read = [self.stored(place, kind) for place in places]
        packed = [(data, place[3]) for (codec, data), place in zip(read, places) if codec]
        plain = memoryview(unzstd([data for data, _ in packed], sum(length for _, length in packed)))
        at = 0
        for (codec, data), place in zip(read, places):
            if codec:
                data, at = plain[at:at + place[3]], at + place[3]
            require(hashlib.sha256(data).digest() == place[4], "%08x.pack at offset %d: the bytes do not have their hash" % place[:2])
            yield data

    def entries(self, point):
        """Every entry with its pieces: (offset in the file, place)."""
        entry = None
        for page in self.pages(point):
            fields = Fields(bytes(next(self.load([page], 2))))
            while fields.more():
                if fields.number("B") == 1:
                    if entry:
                        yield finished(entry)
                    entry = read_entry(fields)
                else:
                    require(entry is not None, "pieces without a file")
                    for _ in range(fields.number("I")):
                        self.read_piece(fields, entry)
        if entry:
            yield finished(entry)

    def read_piece(self, fields, entry, may_be_list=True):
        kind = fields.number("B")
        if kind == 0:
            entry["covered"] += fields.number("Q")
        elif kind == 1:
            place = fields.place()
            entry["pieces"].append((entry["covered"], place))
            entry["covered"] += place[3]
        else:
            require(kind == 2 and may_be_list, "a piece of kind %d" % kind)
            place, covered = fields.place(), fields.number("Q")
            before = entry["covered"]
            inner = Fields(bytes(next(self.load([place], 3))))
            while inner.more():
                self.read_piece(inner, entry, may_be_list=False)
            require(entry["covered"] - before == covered, "a piece list covers another length than it says")


def read_entry(fields):
    kind, flags = fields.number("B"), fields.number("H")
    entry = {"kind": kind, "path": fields.raw(), "class": fields.text(), "mode": fields.number("I"), "uid": fields.number("I"),
             "gid": fields.number("I"), "owner": fields.text(), "group": fields.text(), "mtime": fields.number("q"), "size": fields.number("Q"),
             "pieces": [], "covered": 0, "target": None, "linked": None, "attributes": []}
    require(kind in (DIRECTORY, FILE, LINK) and not flags & ~255, "an entry of unknown kind or with unknown flags")
    parts = entry["path"].split(b"/")
    require(all(p not in (b"", b".", b"..") and b"\0" not in p for p in parts), "the path %r leads out of the target" % entry["path"])
    if flags & 4:
        fields.take(16)
    if flags & 8:
        fields.take(4)
    if kind == LINK:
        entry["target"] = fields.raw()
    if flags & 16:
        entry["linked"] = fields.raw()
    if flags & 64:
        for _ in range(fields.number("H")):
            name = fields.raw()
            entry["attributes"].append((name, fields.raw()))
    require(not flags & 128, "an entry of a journal")
    return entry


def finished(entry):
    if entry["kind"] == FILE and entry["linked"] is None:
        require(entry["covered"] == entry["size"], "the pieces of %r do not cover it" % entry["path"])
    return entry


def number_of(name, number, kind):
    """By name where this host knows it, else the number."""
    try:
        if name and kind == "user":
            import pwd
            return pwd.getpwnam(name).pw_uid
        if name:
            import grp
            return grp.getgrnam(name).gr_gid
    except KeyError:
        pass
    return number


class Extraction:
    def __init__(self, chain, target):
        self.chain, self.target = chain, os.fsencode(target)
        self.waiting, self.waiting_bytes = [], 0
        self.later, self.not_set = [], 0

    def path(self, name):
        return os.path.join(self.target, name)

    def make_parents(self, path):
        os.makedirs(os.path.dirname(path), exist_ok=True)

    def add(self, entry):
        path = self.path(entry["path"])
        if entry["kind"] == DIRECTORY:
            os.makedirs(path, exist_ok=True)
            self.later.append(entry)
        elif entry["kind"] == LINK or entry["linked"] is not None:
            self.later.append(entry)
        else:
            self.make_parents(path)
            with open(path, "xb") as file:
                file.truncate(entry["size"])
            for offset, place in entry["pieces"]:
                self.waiting.append((path, offset, place))
                self.waiting_bytes += place[3]
                if self.waiting_bytes >= BATCH_BYTES:
                    self.flush()
            entry["pieces"] = None
            self.later.append(entry)

    def flush(self):
        """Reads what is waiting and writes it where it belongs; what is never written stays a hole."""
        for (path, offset, place), data in zip(self.waiting, self.chain.load([w[2] for w in self.waiting], 1)):
            with open(path, "r+b") as file:
                file.seek(offset)
                file.write(data)
        self.waiting, self.waiting_bytes = [], 0

    def finish(self):
        self.flush()
        # Links last, so that no path leads through one; directories from the inside out, since making a child changes a directory's time.
        for entry in self.later:
            path = self.path(entry["path"])
            if entry["linked"] is not None:
                self.make_parents(path)
                os.link(self.path(entry["linked"]), path, follow_symlinks=False)
        for entry in self.later:
            if entry["kind"] == LINK:
                self.make_parents(self.path(entry["path"]))
                os.symlink(entry["target"], self.path(entry["path"]))
        for entry in sorted(self.later, key=lambda e: (e["kind"] == DIRECTORY, e["path"].count(b"/") * -1)):
            if entry["linked"] is None:
                self.set_attributes(self.path(entry["path"]), entry)

    def set_attributes(self, path, entry):
        if os.geteuid() == 0:
            os.chown(path, number_of(entry["owner"], entry["uid"], "user"), number_of(entry["group"], entry["gid"], "group"), follow_symlinks=False)
        for name, value in entry["attributes"]:
            try:
                os.setxattr(path, name, value, follow_symlinks=False)
            except OSError as error:
                self.not_set += 1
                if self.not_set <= 10:
                    print("%s: %s not set: %s" % (os.fsdecode(path), os.fsdecode(name), error.strerror), file=sys.stderr)
        if entry["kind"] != LINK:
            os.chmod(path, entry["mode"])
        os.utime(path, ns=(entry["mtime"], entry["mtime"]), follow_symlinks=False)


def wanted(entry, patterns):
    name = os.fsdecode(entry["path"])
    return not patterns or any(fnmatch.fnmatchcase(name, p) or name.startswith(p.rstrip("/") + "/") for p in patterns)


def show(name):
    return os.fsdecode(name).encode("utf-8", "backslashreplace").decode()


def list_points(chain, _):
    for point in chain.points():
        record = chain.record(point)
        files = size = 0
        for entry in chain.entries(point):
            files += entry["kind"] == FILE
            size += entry["size"]
        print("%s  %-11s  %s/%s  %d files, %d bytes  %s" % (
            point, "full" if record["full"] else "incremental", record["cluster"], record["engine"], files, size, record["label"]))


def list_files(chain, arguments):
    for entry in chain.entries(arguments.point):
        if wanted(entry, arguments.pattern):
            print("%s %6o %5d:%-5d %12d %s" % ("dfl"[entry["kind"] - 1], entry["mode"], entry["uid"], entry["gid"], entry["size"], show(entry["path"])))


def extract(chain, arguments):
    require(arguments.point in chain.points(), "there is no point %s in %s" % (arguments.point, chain.directory))
    if os.path.lexists(arguments.target) and (not os.path.isdir(arguments.target) or os.listdir(arguments.target)):
        raise Damaged("%s is there already and is not an empty directory" % arguments.target)
    os.makedirs(arguments.target, exist_ok=True)
    extraction = Extraction(chain, arguments.target)
    count = 0
    for entry in chain.entries(arguments.point):
        if wanted(entry, arguments.pattern):
            extraction.add(entry)
            count += 1
    extraction.finish()
    os.sync()
    print("%d entries of point %s extracted to %s" % (count, arguments.point, arguments.target))
    if extraction.not_set:
        print("%d extended attributes could not be set" % extraction.not_set)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--chain", default=os.path.dirname(os.path.abspath(__file__)), help="the chain's directory; that of this script by default")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("list", help="the points of the chain").set_defaults(run=list_points)
    for name, run, text in (("files", list_files, "the paths of a point"), ("extract", extract, "bring a point, or some of its paths, to an empty directory")):
        command = commands.add_parser(name, help=text)
        command.add_argument("point")
        if run is extract:
            command.add_argument("target")
        command.add_argument("pattern", nargs="*", help="paths or wildcards; all by default")
        command.set_defaults(run=run)
    arguments = parser.parse_args()
    if shutil.which("zstd") is None:
        sys.exit("the program zstd is missing; install it (Debian: apt install zstd)")
    try:
        arguments.run(Chain(arguments.chain), arguments)
    except (Damaged, OSError, struct.error, UnicodeDecodeError) as error:
        sys.exit("recover.py: %s" % error)


if __name__ == "__main__":
    main()
