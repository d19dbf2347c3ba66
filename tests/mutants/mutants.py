"""What is broken, and the tests that have to notice."""

from __future__ import annotations

from .mutant import Mutant

ROOM = ["tests/room/test_room.py"]
SQLITE = ["tests/store/test_sqlite.py", "-k", "not quota and not full_disk"]
LOCAL = ["tests/files/test_local.py"]
JOURNAL = ["tests/store/test_journal.py"]
BEGINNINGS = ["tests/server/test_beginnings.py"]
YSTORE = ["tests/store/test_ystore.py"]
WITNESS = ["tests/store/test_witness.py"]
RESTART = ["tests/server/test_restart.py"]
DORMANT = ["tests/room/test_dormant.py"]
HUB = ["tests/sharing/test_hub.py"]

MUTANTS = [
    # --- acknowledged means durable
    Mutant(
        "acknowledge what the log does not have yet",
        "room/publisher.py",
        "member.acknowledge(self._keeper.durable)",
        "member.acknowledge(self._position)",
        ROOM,
    ),
    Mutant(
        "take a failed append for done",
        "store/perform.py",
        "        return Failed(error)\n",
        "        return Done()\n",
        JOURNAL,
    ),
    Mutant(
        "tell of a commit before it is made",
        "store/writer.py",
        '            connection.execute("COMMIT")\n        finally:',
        "            pass\n        finally:",
        SQLITE,
    ),
    Mutant(
        "leave the disk's cache to itself",
        "store/database.py",
        "PRAGMA synchronous=FULL",
        "PRAGMA synchronous=OFF",
        SQLITE,
    ),
    Mutant(
        "go on writing into a store that was deleted",
        "store/database.py",
        "if self._identity is not None and self._identity == self._identify():",
        "if True:",
        SQLITE,
    ),
    Mutant(
        "forget what failed to be written",
        "store/journal.py",
        "            case Failed(error), Start() |",
        "            case Failed(error), Append(rows):\n"
        "                return self._advance(rows[-1][0]) + self._fail(error, now)\n"
        "            case Failed(error), Start() |",
        JOURNAL,
    ),
    Mutant(
        "take what a crash has cut off for deleted as the store can be read again",
        "server/merging.py",
        "    if began == written or is_torn(began, written):\n",
        "    if began == written:\n",
        ["tests/server/test_merging.py"],
    ),
    Mutant(
        "begin a lost history anew with what has no position yet",
        "store/journal.py",
        "                return self._is_ahead()\n",
        "                return False\n",
        JOURNAL,
    ),
    Mutant(
        "take in whatever comes before a late step 2",
        "room/publisher.py",
        "        elif member.has_told:\n",
        "        elif member.has_told or member.patience is None:\n",
        ROOM,
    ),
    Mutant(
        "forget what is not in the document yet as a gap is looked for",
        "room/publisher.py",
        "[update for writer, update in self._incoming if writer is member]",
        "[]",
        ROOM,
    ),
    Mutant(
        "do not tell that the history is not kept",
        "room/keeper.py",
        "        self._history = Gone(reason, message)\n",
        "        pass\n",
        ROOM,
    ),
    Mutant(
        "stop without saving",
        "server/rooms.py",
        "actor.flush(timeout) for actor in actors)",
        "asyncio.sleep(0) for actor in actors)",
        RESTART,
    ),
    Mutant(
        "wait for ever for a write that does not end",
        "files/opened.py",
        "            task.cancel()\n",
        "            pass\n",
        ["tests/processes/test_disks.py", "-k", "can_be_stopped"],
    ),
    # --- two histories are never merged
    Mutant(
        "sync with whoever holds another history",
        "room/room.py",
        "        if event.lineage == self.lineage:\n            return self._admit",
        "        if True:\n            return self._admit",
        ROOM,
    ),
    Mutant(
        "apply edits before the step 2 that they stand on",
        "room/publisher.py",
        "        elif member.has_told:\n",
        "        elif True:\n",
        ROOM,
    ),
    Mutant(
        "continue a history under another lineage",
        "store/histories.py",
        "    if row.lineage != lineage:\n        raise",
        "    if False:\n        raise",
        SQLITE,
    ),
    Mutant(
        "leave gaps in a history",
        "store/histories.py",
        "        if at == last + 1:\n",
        "        if at > last:\n",
        SQLITE,
    ),
    Mutant(
        "overwrite a damaged store",
        "store/database.py",
        "        self.path.rename(new_path)\n",
        "        self.path.unlink()\n",
        SQLITE,
    ),
    Mutant(
        "use tables that a newer version has written",
        "store/database.py",
        "        if version > len(self._steps):\n",
        "        if False:\n",
        ["tests/store/test_writer.py"],
    ),
    Mutant(
        "have a write-ahead log on a network's file system",
        "store/database.py",
        "    if allows_wal(path):\n",
        "    if True:\n",
        SQLITE,
    ),
    # --- servers that died
    Mutant(
        "do not ask whether the last server died",
        "server/starting.py",
        "    return saved is None or (saved.live and ",
        "    return saved is None or (False and ",
        BEGINNINGS,
    ),
    Mutant(
        "take for deleted what a write has not come to",
        "server/starting.py",
        "return CaughtUp((), replace(saved, position=before), file.source)",
        "return CaughtUp((), replace(saved, position=before))",
        BEGINNINGS,
    ),
    Mutant(
        "take all for written of which the file has most",
        "server/lastwrite.py",
        "    best = last if likeness(last) == most else _best(first, last, likeness)\n",
        "    best = last\n",
        ["tests/server/test_lastwrite.py", *BEGINNINGS],
    ),
    Mutant(
        "write what was merged without the mark that says so",
        "store/journal.py",
        "self._next_mark(self._tried[-1][0])",
        "None",
        JOURNAL,
    ),
    Mutant(
        "write the mark of a pycrdt store behind all updates",
        "store/ystore_history.py",
        "update, mark if at == named else None)\n            if at == named:",
        "update, None)\n            if False:",
        YSTORE,
    ),
    Mutant(
        "do not note that a room is open",
        "store/journal.py",
        "        self._mark = replace(mark, live=True)\n",
        "        self._mark = mark\n",
        JOURNAL,
    ),
    Mutant(
        "keep the lineage where it cannot be noted that the room is open",
        "server/beginnings.py",
        "return stored, Renamed(self.new_lineage(), stored)",
        "return stored, None",
        BEGINNINGS,
    ),
    Mutant(
        "note that a room is closed while edits are not durable",
        "store/journal.py",
        "        if self.settled and self._mark is not None:\n",
        "        if self._mark is not None:\n",
        JOURNAL,
    ),
    Mutant(
        "replace a damaged history that was not set aside",
        "server/beginnings.py",
        "        over = Anything() if aside else Nothing()\n",
        "        over = Anything()\n",
        BEGINNINGS,
    ),
    Mutant(
        "believe updates whose bytes have changed",
        "store/histories.py",
        "    return _Found(position, DAMAGED + payload, begins=first)\n",
        "    return _Found(position, payload, begins=first)\n",
        SQLITE,
    ),
    Mutant(
        "take a text for empty that a crash has left so",
        "files/local.py",
        "            if not disk.is_left_empty(place):\n",
        "            if True:\n",
        ["tests/files/test_local.py"],
    ),
    Mutant(
        "take a text for cut short that somebody has emptied",
        "files/disk.py",
        "return copy.st_size > 0 and abs(file.st_mtime - copy.st_ctime) < _MOMENT",
        "return copy.st_size > 0",
        ["tests/files/test_local.py"],
    ),
    Mutant(
        "take what is left of a history for all of it",
        "store/histories.py",
        "    if not found or not found[0].begins:\n",
        "    if not found:\n",
        SQLITE,
    ),
    Mutant(
        "believe a store that was put back from a copy",
        "store/database.py",
        "            expect_more(connection)\n",
        "            pass\n",
        WITNESS,
    ),
    Mutant(
        "believe a store whose server has died",
        "store/database.py",
        "return self._left_open or self._witness.contradicts(connection)",
        "return self._witness.contradicts(connection)",
        WITNESS,
    ),
    Mutant(
        "believe a copy that was made while the store was in use",
        "store/database.py",
        "        if token is not None:\n            self._note(token, closed=True)",
        "        if token is not None and False:\n            self._note(token, closed=True)",
        WITNESS,
    ),
    Mutant(
        "take a store that was left as it is for another one",
        "store/witness.py",
        "token is not None and self._read()[0] != token",
        "token is not None",
        WITNESS,
    ),
    Mutant(
        "leave copies of one cell apart where most of each is new",
        "room/doubles.py",
        "are_versions(one, other, RELATED) or not _lines(one).isdisjoint(_lines(other))",
        "are_versions(one, other)",
        ["tests/room/test_document.py"],
    ),
    Mutant(
        "keep an output as it was read that has changed since",
        "room/known.py",
        "                read.outputs[path[1]] = None\n",
        "                pass\n",
        ["tests/room/test_document.py"],
    ),
    # --- compaction
    Mutant(
        "delete before the snapshot was read back",
        "store/histories.py",
        "    if _payload(connection, row.id, until) != snapshot:\n",
        "    if False:\n",
        SQLITE,
    ),
    Mutant(
        "take a snapshot for the document without comparing",
        "store/compaction.py",
        "    if copy.get_state() != original.get_state() or copy.get_update() != snapshot:\n",
        "    if False:\n",
        ["tests/store/test_compaction.py"],
    ),
    Mutant(
        "put together what the file has not",
        "store/compaction.py",
        "        until = min(last, _limit(saved)) if keep_base else last\n",
        "        until = last\n",
        ["tests/store/test_compaction.py"],
    ),
    Mutant(
        "forget histories with edits that no file has",
        "store/histories.py",
        "before.saved if _is_saved(connection, number, _decoded(saved, crc)) else before.unsaved",
        "before.saved",
        SQLITE,
    ),
    # --- the file
    Mutant(
        "write what the log does not have",
        "room/keeper.py",
        "return self.durable >= self.head or isinstance(self._history, Gone)",
        "return True",
        ROOM,
    ),
    Mutant(
        "write while a foreign change is unread",
        "room/keeper.py",
        "return isinstance(self._look, Idle) and there",
        "return there",
        ROOM,
    ),
    Mutant(
        "replace what another program has written",
        "files/local.py",
        "        if sighting.version.fingerprint != known.version.fingerprint:\n"
        "            raise changed(path)\n"
        "        return before, replace(",
        "        return before, replace(",
        LOCAL,
    ),
    Mutant(
        "empty a file of which no copy is kept",
        "files/document.py",
        "return not self._is_blank",
        "return False",
        LOCAL,
    ),
    Mutant(
        "replace what was written since the last look",
        "files/local.py",
        "elif disk.sign_of(disk.stat_file(place)) != known.sign:",
        "elif False:",
        LOCAL,
    ),
    Mutant(
        "take what another program has written for what is known",
        "files/document.py",
        "return trace.sign if same else None",
        "return trace.sign",
        LOCAL,
    ),
    Mutant(
        "make a deleted file again, unasked",
        "room/keeper.py",
        "there = isinstance(self._file, Present) or bool(self._asked.waiting)",
        "there = True",
        ROOM,
    ),
    Mutant(
        "forget what is saved",
        "store/histories.py",
        "saved_crc = ?, used = ? WHERE id = ?",
        "saved_crc = ?, used = ? WHERE id = -?",
        SQLITE,
    ),
    Mutant(
        "do not note that a write is under way",
        "room/keeper.py",
        "        self._saved = replace(self._saved, writing=self.head)\n",
        "",
        ROOM,
    ),
    Mutant(
        "take the room for the base, whatever is unsaved",
        "room/keeper.py",
        "not self.dirty, ours",
        "True, ours",
        ROOM,
    ),
    Mutant(
        "answer that a failed save has succeeded",
        "room/keeper.py",
        '        self._saving.fail(now, reason, message)\n        return self._reply("failed",',
        '        self._saving.fail(now, reason, message)\n        return self._reply("success",',
        ROOM,
    ),
    # --- what is kept in bytes
    Mutant(
        "forget what was told when a document is woken",
        "room/dormant.py",
        "(self.made.update, self.told)",
        "(self.made.update,)",
        DORMANT,
    ),
    Mutant(
        "take an edit for one that brings nothing",
        "room/dormant.py",
        "        if update == EMPTY_UPDATE:\n            return True",
        "        if len(update) < 20:\n            return True",
        DORMANT,
    ),
    Mutant(
        "give those who have a part of a document nothing of the rest",
        "room/dormant.py",
        "            return None\n        if lacking ==",
        "            return self.deleted\n        if lacking ==",
        DORMANT,
    ),
    Mutant(
        "put into bytes what waits for what is not there",
        "server/replaying.py",
        "if not all(is_within(",
        "if False and not all(is_within(",
        DORMANT,
    ),
    Mutant(
        "let who has the first part only wait with what they write",
        "room/room.py",
        "                if state_vector == EMPTY_STATE_VECTOR:\n"
        "                    self._publisher.end_patience(member)",
        "                if False:\n                    self._publisher.end_patience(member)",
        ["tests/room/test_parts.py"],
    ),
    # --- who may do what
    Mutant(
        "take edits from those who may only read",
        "room/room.py",
        "if not admits(message, member.person.access, guest=member.person.guest):",
        "if False:",
        ROOM,
    ),
    # --- shares of a JupyterHub
    Mutant(
        "believe for minutes what the Hub said before a share was withdrawn",
        "sharing/hub_shares.py",
        "        _forget_answers(hub_auth_of(handler))\n",
        "",
        HUB,
    ),
    Mutant(
        "let the code that leads to a link outlive it",
        "sharing/hub_shares.py",
        "            await self.revoke_code(handler, link.code)\n",
        "            return\n",
        HUB,
    ),
    Mutant(
        "ask the Hub in the name of nobody in particular",
        "sharing/hub_api.py",
        '"Authorization": f"token {self._token}"',
        '"Authorization": "token of-the-server"',
        HUB,
    ),
    Mutant(
        "tell everybody that they may share",
        "sharing/hub_place.py",
        "        return not {f",
        "        return True or not {f",
        HUB,
    ),
]
