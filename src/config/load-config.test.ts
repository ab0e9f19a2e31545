import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { ConfigError } from "./config-error.ts";
import { changeSettings, type ConfigSources, explainConfig, loadConfig, settingsFileOf } from "./load-config.ts";

const homeFile = "/home/ada/.config/dgx-pixels/config.json";

/** Sources of a Linux machine with the given files; text stands for a file, an Error for a failing read. */
function sources(files: Record<string, string | Error>, changes: Partial<ConfigSources> = {}): ConfigSources {
  return {
    environment: {},
    home: "/home/ada",
    workingFolder: "/srv",
    flags: {},
    performanceCores: 4,
    platform: "linux",
    readTextFile: (path) => {
      const found = files[path] ?? Object.assign(new Error(`ENOENT: ${path}`), { code: "ENOENT" });
      if (found instanceof Error) throw found;
      return found;
    },
    ...changes,
  };
}

function errorOf(run: () => unknown): ConfigError {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}

describe("defaults", () => {
  test("stand when nobody says anything", () => {
    const config = loadConfig(sources({}));
    expect(config).toEqual({
      library: "/home/ada/.local/share/dgx-pixels",
      comfyui: ["http://127.0.0.1:8188"],
      comfyuiToken: undefined,
      workflows: "/home/ada/.config/dgx-pixels/workflows",
      models: expect.stringMatching(/[\\/]models$/),
      training: "/home/ada/.local/share/dgx-pixels/training",
      threads: 4,
      endpoint: expect.stringMatching(/^ipc:\/\/\/tmp\/dgx-pixels\/[0-9a-f]{12}\.sock$/),
      isEndpointGiven: false,
      clientKeys: undefined,
      daemonKeys: "/home/ada/.config/dgx-pixels/keys",
      queue: "/home/ada/.local/share/dgx-pixels/jobs.db",
      queuedPerClient: undefined,
      runningPerClient: undefined,
      terminal: {},
    });
  });

  test.each([
    [0, 1],
    [1, 1],
    [6, 6],
    [8, 8],
    [20, 8],
  ])("%i performance cores give %i threads", (performanceCores, threads) => {
    expect(loadConfig(sources({}, { performanceCores })).threads).toBe(threads);
  });
});

describe("daemon and queue", () => {
  test("an endpoint that somebody names is told from the library's own", () => {
    const environment = { DGX_PIXELS_ENDPOINT: "tcp://127.0.0.1:5971" };
    expect(loadConfig(sources({}, { environment }))).toMatchObject({
      endpoint: "tcp://127.0.0.1:5971",
      isEndpointGiven: true,
    });
    const flags = { endpoint: "ipc:///run/x.sock" };
    expect(loadConfig(sources({}, { environment, flags })).endpoint).toBe("ipc:///run/x.sock");
  });

  test("a queue is a file or a URL, and quotas are numbers", () => {
    const inFile = { queue: "jobs/here.db", queuedPerClient: 100, clientKeys: "~/ada.client.json" };
    expect(loadConfig(sources({ [homeFile]: JSON.stringify(inFile) }))).toMatchObject({
      queue: "/home/ada/.config/dgx-pixels/jobs/here.db",
      queuedPerClient: 100,
      clientKeys: "/home/ada/ada.client.json",
    });
    const environment = { DGX_PIXELS_QUEUE: "redis://box:6379/1", DGX_PIXELS_RUNNING_PER_CLIENT: "2" };
    expect(loadConfig(sources({}, { environment }))).toMatchObject({
      queue: "redis://box:6379/1",
      runningPerClient: 2,
    });
  });

  test("an endpoint that is none is told by the name of its flag", () => {
    const flags = { endpoint: "box:5971" };
    expect(errorOf(() => loadConfig(sources({}, { flags }))).message).toBe(
      'Cannot use endpoint "box:5971" from the flag --listen: give ipc:///path/to/socket or tcp://host:port',
    );
  });
});

describe("order", () => {
  const file = { [homeFile]: JSON.stringify({ threads: 2, library: "/file", comfyui: "http://file:1", models: "/m" }) };

  test("the file is stronger than the defaults", () => {
    expect(loadConfig(sources(file))).toMatchObject({
      threads: 2,
      library: "/file",
      comfyui: ["http://file:1"],
      comfyuiToken: undefined,
      workflows: "/home/ada/.config/dgx-pixels/workflows",
      models: "/m",
    });
  });

  test("the environment is stronger than the file", () => {
    const environment = {
      DGX_PIXELS_THREADS: "3",
      DGX_PIXELS_LIBRARY: "/environment",
      DGX_PIXELS_COMFYUI: "https://environment:2/",
      DGX_PIXELS_COMFYUI_TOKEN: "s3cret",
      DGX_PIXELS_WORKFLOWS: "own",
      DGX_PIXELS_MODELS: "/models",
    };
    expect(loadConfig(sources(file, { environment }))).toMatchObject({
      threads: 3,
      library: "/environment",
      comfyui: ["https://environment:2"],
      comfyuiToken: "s3cret",
      workflows: "/srv/own",
      models: "/models",
    });
  });

  test("several ComfyUI servers are a list, or have commas between", () => {
    const inFile = { [homeFile]: '{"comfyui": ["http://a:1/", "https://b:2", "http://a:1"]}' };
    expect(loadConfig(sources(inFile)).comfyui).toEqual(["http://a:1", "https://b:2"]);
    const environment = { DGX_PIXELS_COMFYUI: "http://c:3, http://d:4/" };
    expect(loadConfig(sources(inFile, { environment })).comfyui).toEqual(["http://c:3", "http://d:4"]);
  });

  test("flags are stronger than the environment", () => {
    const environment = { DGX_PIXELS_THREADS: "3", DGX_PIXELS_LIBRARY: "/environment" };
    const config = loadConfig(sources(file, { environment, flags: { threads: 5, library: undefined } }));
    expect(config.threads).toBe(5);
    expect(config.library).toBe("/environment");
  });

  test("an empty variable counts as unset", () => {
    const environment = { DGX_PIXELS_THREADS: "", DGX_PIXELS_CONFIG: "" };
    expect(loadConfig(sources(file, { environment })).threads).toBe(2);
  });
});

describe("the settings file", () => {
  test("is the one that DGX_PIXELS_CONFIG names, relative to the working folder", () => {
    const files = { [homeFile]: '{"threads": 2}', "/srv/other.json": '{"threads": 7}' };
    const environment = { DGX_PIXELS_CONFIG: "other.json" };
    expect(loadConfig(sources(files, { environment })).threads).toBe(7);
  });

  test("may begin with a byte order mark", () => {
    expect(loadConfig(sources({ [homeFile]: '\uFEFF{"threads": 2}' })).threads).toBe(2);
  });

  test("is read from a real folder", () => {
    const folder = mkdtempSync(join(tmpdir(), "dgx-pixels-config-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, "settings.json");
    writeFileSync(path, '{"library": "sprites"}');
    const environment = { DGX_PIXELS_CONFIG: path };
    const { platform: _, ...here } = sources({}, { environment, readTextFile: (file) => readFileSync(file, "utf8") });
    expect(loadConfig(here).library).toBe(join(folder, "sprites"));
  });
});

describe("relative folders", () => {
  test("in the file are relative to the file", () => {
    const config = loadConfig(sources({ [homeFile]: '{"library": "../sprites", "models": "m"}' }));
    expect(config.library).toBe("/home/ada/.config/sprites");
    expect(config.models).toBe("/home/ada/.config/dgx-pixels/m");
  });

  test("of variables and flags are relative to the working folder", () => {
    const config = loadConfig(sources({}, { environment: { DGX_PIXELS_MODELS: "m" }, flags: { library: "sprites" } }));
    expect(config.models).toBe("/srv/m");
    expect(config.library).toBe("/srv/sprites");
  });

  test("may begin at the home folder", () => {
    const config = loadConfig(sources({ [homeFile]: '{"library": "~/sprites", "models": "~"}' }));
    expect(config.library).toBe("/home/ada/sprites");
    expect(config.models).toBe("/home/ada");
    expect(loadConfig(sources({}, { flags: { library: "~other" } })).library).toBe("/srv/~other");
  });

  test("follow the rules of Windows there", () => {
    const config = loadConfig(
      sources(
        { "C:\\Users\\ada\\AppData\\Roaming\\dgx-pixels\\config.json": '{"library": "sprites"}' },
        { platform: "win32", home: "C:\\Users\\ada", workingFolder: "D:\\work", flags: { models: "m" } },
      ),
    );
    expect(config.library).toBe("C:\\Users\\ada\\AppData\\Roaming\\dgx-pixels\\sprites");
    expect(config.models).toBe("D:\\work\\m");
  });
});

describe("bad input names its place, the value and the remedy", () => {
  const inFile = (text: string) => errorOf(() => loadConfig(sources({ [homeFile]: text })));

  test("a missing file that was asked for", () => {
    const environment = { DGX_PIXELS_CONFIG: "/none.json" };
    const error = errorOf(() => loadConfig(sources({}, { environment })));
    expect(error.code).toBe("unreadable-file");
    expect(error.message).toBe(
      "Cannot read the settings file /none.json: there is no such file; correct or unset DGX_PIXELS_CONFIG",
    );
  });

  test("an unreadable file", () => {
    const cause = Object.assign(new Error("EACCES: permission denied"), { code: "EACCES" });
    const error = errorOf(() => loadConfig(sources({ [homeFile]: cause })));
    expect(error.code).toBe("unreadable-file");
    expect(error.cause).toBe(cause);
    expect(error.message).toContain("EACCES: permission denied; make it readable or remove it");
  });

  test("a file that is not JSON", () => {
    const error = inFile('{"threads": 4,}');
    expect(error.code).toBe("bad-file");
    expect(error.cause).toBeInstanceOf(SyntaxError);
    expect(error.message).toMatch(/^Cannot read the settings file .*config\.json: it is not JSON \(.*\); correct it/);
  });

  test.each([["[1]"], ["null"], ['"text"'], ["4"]])("a file that holds %s", (text) => {
    const error = inFile(text);
    expect(error.code).toBe("bad-file");
    expect(error.message).toContain(`it holds ${text}; give an object such as {"threads": 4}`);
  });

  test("an unknown setting", () => {
    const error = inFile('{"thread": 4}');
    expect(error.code).toBe("unknown-setting");
    expect(error.details).toEqual({ origin: { kind: "file", path: homeFile }, setting: "thread" });
    expect(error.message).toBe(
      `Cannot use the setting "thread" in the file ${homeFile}: ` +
        "there is none of that name; use library, comfyui, comfyuiToken, workflows, models, " +
        "training, threads, endpoint, clientKeys, daemonKeys, queue, queuedPerClient, runningPerClient or terminal",
    );
  });

  test.each([
    ["a name of every object", '{"toString": 1}'],
    ["a prototype", '{"__proto__": {"threads": 1}}'],
  ])("%s is no setting", (_, text) => {
    expect(inFile(text).code).toBe("unknown-setting");
  });

  test.each([
    ['{"threads": "4"}', `Cannot use threads "4" from the file ${homeFile}: give a whole number from 1 to 64`],
    ['{"threads": 0}', `Cannot use threads 0 from the file ${homeFile}: give a whole number from 1 to 64`],
    ['{"threads": 65}', `Cannot use threads 65 from the file ${homeFile}: give a whole number from 1 to 64`],
    ['{"threads": 1.5}', `Cannot use threads 1.5 from the file ${homeFile}: give a whole number from 1 to 64`],
    ['{"library": 5}', `Cannot use library 5 from the file ${homeFile}: give a folder`],
    ['{"library": " "}', `Cannot use library " " from the file ${homeFile}: give a folder`],
    ['{"models": "a\\u0000b"}', `Cannot use models "a\\u0000b" from the file ${homeFile}: give a folder`],
    ['{"models": null}', `Cannot use models null from the file ${homeFile}: give a folder`],
    [
      '{"comfyui": "localhost:8188"}',
      `Cannot use comfyui "localhost:8188" from the file ${homeFile}: give a URL such as http://127.0.0.1:8188, or several with commas between`,
    ],
    [
      '{"comfyui": true}',
      `Cannot use comfyui true from the file ${homeFile}: give a URL such as http://127.0.0.1:8188, or several with commas between`,
    ],
    [
      '{"comfyui": []}',
      `Cannot use comfyui [] from the file ${homeFile}: give a URL such as http://127.0.0.1:8188, or several with commas between`,
    ],
    [
      '{"comfyui": ""}',
      `Cannot use comfyui "" from the file ${homeFile}: give a URL such as http://127.0.0.1:8188, or several with commas between`,
    ],
  ])("%s", (text, message) => {
    const error = inFile(text);
    expect(error.code).toBe("bad-value");
    expect(error.message).toBe(message);
  });

  test.each(["many", "0x4", "1e3", "-1", " 4", "99999999999999999999"])(
    "the variable DGX_PIXELS_THREADS=%s",
    (text) => {
      const error = errorOf(() => loadConfig(sources({}, { environment: { DGX_PIXELS_THREADS: text } })));
      expect(error.code).toBe("bad-value");
      expect(error.details.origin).toEqual({ kind: "environment", variable: "DGX_PIXELS_THREADS" });
      expect(error.message).toMatch(
        /from the environment variable DGX_PIXELS_THREADS: give a whole number from 1 to 64$/,
      );
    },
  );

  test("a flag", () => {
    const error = errorOf(() => loadConfig(sources({}, { flags: { threads: 100 } })));
    expect(error.message).toBe("Cannot use threads 100 from the flag --threads: give a whole number from 1 to 64");
    expect(error.details).toEqual({ origin: { kind: "flag", flag: "--threads" }, setting: "threads" });
  });

  test("a bad value that a flag would replace", () => {
    const environment = { DGX_PIXELS_THREADS: "many" };
    expect(errorOf(() => loadConfig(sources({}, { environment, flags: { threads: 2 } }))).code).toBe("bad-value");
  });

  test("a password is not repeated", () => {
    const error = errorOf(() => loadConfig(sources({}, { flags: { comfyui: "http://ada:secret@box:8188" } })));
    expect(error.message).toBe(
      'Cannot use comfyui "http://…@box:8188" from the flag --comfyui: give a URL without a user name or password; DGX_PIXELS_COMFYUI_TOKEN is the place for a secret',
    );
  });

  test("nor is a token", () => {
    const error = inFile('{"comfyuiToken": "two words and more"}');
    expect(error.message).toMatch(/^Cannot use comfyuiToken from the file .* give the secret/);
    expect(JSON.stringify(error)).not.toContain("words");
  });

  test("a long value is cut", () => {
    const error = inFile(JSON.stringify({ comfyui: "x".repeat(10_000) }));
    expect(error.message.length).toBeLessThan(300);
    expect(error.message).toContain("…");
  });
});

describe("explaining and changing settings", () => {
  test("each value has its origin, and a secret is not told", () => {
    const environment = { DGX_PIXELS_THREADS: "2", DGX_PIXELS_COMFYUI_TOKEN: "hush" };
    const given = sources({ [homeFile]: JSON.stringify({ comfyui: ["http://a:1", "http://b:2"] }) }, { environment });
    const settings = explainConfig(given);
    const of = (name: string) => settings.find((setting) => setting.name === name);
    expect(settingsFileOf(given)).toBe(homeFile);
    expect(of("threads")).toMatchObject({
      value: "2",
      origin: "the environment variable DGX_PIXELS_THREADS",
      isOverruled: true,
    });
    expect(of("comfyui")).toMatchObject({ value: "http://a:1, http://b:2", origin: `the file ${homeFile}` });
    expect(of("comfyuiToken")?.value).toBe("(given)");
    expect(of("models")).toMatchObject({ origin: "default", isOverruled: false });
    expect(of("clientKeys")?.value).toBe("");
  });

  test("one setting is changed or taken out, and the others stay", () => {
    const before = '{"comfyui":"http://a:1","threads":2}';
    expect(JSON.parse(changeSettings(before, "c.json", "threads", "8"))).toEqual({ comfyui: "http://a:1", threads: 8 });
    expect(JSON.parse(changeSettings(before, "c.json", "threads", undefined))).toEqual({ comfyui: "http://a:1" });
    expect(JSON.parse(changeSettings(undefined, "c.json", "terminal", { theme: "light" }))).toEqual({
      terminal: { theme: "light" },
    });
    expect(() => changeSettings(before, "c.json", "threads", "many")).toThrow('Cannot use threads "many"');
    expect(() => changeSettings("[]", "c.json", "threads", 1)).toThrow("give an object");
  });

  test("the terminal's settings are an object in the file and JSON in the environment", () => {
    const environment = { DGX_PIXELS_TERMINAL: '{"theme":"light","keys":{"app.quit":["x"]}}' };
    expect(loadConfig(sources({}, { environment })).terminal).toEqual({ theme: "light", keys: { "app.quit": ["x"] } });
    const wrong = { DGX_PIXELS_TERMINAL: '{"theme":"pink"}' };
    expect(errorOf(() => loadConfig(sources({}, { environment: wrong }))).message).toContain("give dark, light");
  });
});
