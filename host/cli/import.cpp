#include <fstream>

#include <unistd.h>

#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include "base/file.h"
#include "base/process.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/database.h"
#include "cli/progress.h"
#include "cli/rejects.h"
#include "cli/setup.h"
#include "config/mapping.h"
#include "pipeline/ingest_stream.h"

namespace tidings::cli {
namespace {

constexpr const char* kTeaching =
    "Takes in a file of customers or orders. A mapping in YAML says which column is which field; "
    "rows\n"
    "that cannot be used are counted by reason and written to a file that can be mended and "
    "imported\n"
    "again. Importing a file twice changes nothing.\n\n"
    "  tidings import online_retail.csv.xz --mapping scripts/ingest/online_retail.yaml \\\n"
    "      --rejects rejects.csv\n"
    "  zcat customers.csv.gz | tidings import - --mapping customers.yaml\n\n"
    "A mapping:\n"
    "  version: 1\n"
    "  import:\n"
    "    plugin: ingest_csv\n"
    "    options: {entity: customer, columns: {Mail: email, 'Full Name': name}}\n"
    "    scripts: {customer: ingest/tidy_customer.lua}\n";

constexpr size_t kPiece = 1 << 20;

struct ImportOptions {
  std::string file, mapping, rejects;
};

// A file that can be read twice: the one named, or a copy of what came on standard input or out of
// a compressed file.
class Source {
 public:
  static Result<std::unique_ptr<Source>> Open(const std::string& file) {
    std::unique_ptr<Source> source(new Source(file));
    if (file == "-") {
      TRY(source->Spool({"cat"}, false));
    } else if (auto tool = Decompressor(file); !tool.empty()) {
      TRY(source->Spool({tool, "-dc", "--", std::filesystem::absolute(file).string()}, true));
    }
    return source;
  }

  const std::filesystem::path& path() const { return path_; }
  const std::string& name() const { return name_; }  // for people

 private:
  explicit Source(const std::string& file) : path_(file), name_(file == "-" ? "(input)" : file) {}

  static std::string Decompressor(const std::string& file) {
    auto ending = std::filesystem::path(file).extension();
    return ending == ".xz" ? "xz" : ending == ".gz" ? "gzip" : ending == ".zst" ? "zstd" : "";
  }

  Status Spool(std::vector<std::string> command, bool named) {
    scratch_ = std::make_unique<TempDir>("tidings-import");
    auto copy = scratch_->path() / "input.csv";
    TRY_ASSIGN(auto process, Process::Start({.command = command, .output_file = copy.string()}));
    auto status = process.Wait(std::chrono::hours(24));
    if (status != 0) {
      auto said = ReadFile(copy);
      return Fail(Code::kInvalidArgument,
                  fmt::format("{} could not be read: {}", name_,
                              said ? Trim(said->substr(0, 200)) : command[0] + " failed"));
    }
    path_ = copy;
    if (!named) name_ = "(input)";
    return {};
  }

  std::filesystem::path path_;
  std::string name_;
  std::unique_ptr<TempDir> scratch_;
};

// The file in pieces, with its lines counted.
class Pieces {
 public:
  Pieces(const Source& source, std::string entity)
      : in_(source.path(), std::ios::binary), name_(source.name()), entity_(std::move(entity)) {}

  Result<std::optional<pipeline::Payload>> Next() {
    if (!in_.is_open()) return Fail(Code::kNotFound, "cannot read " + name_);
    std::string bytes(kPiece, '\0');
    in_.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<size_t>(in_.gcount()));
    if (in_.bad()) return Fail(Code::kUnavailable, "reading " + name_ + " failed");
    if (bytes.empty()) return std::nullopt;
    lines_ += std::count(bytes.begin(), bytes.end(), '\n');
    ends_open_ = bytes.back() != '\n';
    pipeline::Payload payload;
    payload.bytes = std::move(bytes);
    payload.content_type = "text/csv";
    payload.entity = entity_;
    payload.source = name_;
    return payload;
  }

  int64_t lines() const { return lines_ + ends_open_; }

 private:
  std::ifstream in_;
  const std::string name_, entity_;
  int64_t lines_ = 0;
  bool ends_open_ = false;
};

std::string CountsText(const std::string& entity, const pipeline::RowCounts& counts) {
  return fmt::format("  {:<12} {:>9} created {:>9} updated {:>9} unchanged {:>9} refused\n",
                     entity + "s", WithThousands(counts.created), WithThousands(counts.updated),
                     WithThousands(counts.unchanged), WithThousands(counts.refused));
}

OrderedJson CountsJson(const pipeline::RowCounts& counts) {
  return {{"created", counts.created},
          {"updated", counts.updated},
          {"unchanged", counts.unchanged},
          {"refused", counts.refused},
          {"dropped", counts.dropped}};
}

struct Imported {
  pipeline::StreamProgress progress;
  RejectCounts rejects;
  int64_t lines = 0, rejects_written = 0;
  Duration took{};
};

void Show(const Globals& globals, const ImportOptions& options, const Imported& imported) {
  std::string text = fmt::format("{}: {} lines in {}\n", options.file,
                                 WithThousands(imported.lines), FormatDuration(imported.took));
  OrderedJson rows = OrderedJson::object();
  for (const auto& [entity, counts] : imported.progress.rows) {
    if (entity.empty()) continue;
    text += CountsText(entity, counts);
    rows[entity] = CountsJson(counts);
  }
  auto refused = imported.rejects.total();
  text += fmt::format("  {:<12} {:>9}\n{}", "rows refused", WithThousands(refused),
                      imported.rejects.Describe());
  if (imported.rejects_written) {
    text +=
        fmt::format("  {} rows are in {}: mend them and import that file with the same mapping\n",
                    WithThousands(imported.rejects_written), options.rejects);
  }
  Print(globals, text,
        {{"file", options.file},
         {"lines", imported.lines},
         {"rows", rows},
         {"refused", refused},
         {"reasons", imported.rejects.ToJson()},
         {"rejects_written", imported.rejects_written},
         {"seconds", static_cast<double>(imported.took.count()) / 1e6}});
}

Result<Imported> RunStream(const Globals& globals, const config::ImportConfig& mapping,
                           const plugin::PluginRegistry& registry, const Source& source,
                           pg::Pool& pool) {
  Imported imported;
  Pieces pieces(source, mapping.options.value("entity", ""));
  std::error_code ignored;
  auto size = static_cast<int64_t>(std::filesystem::file_size(source.path(), ignored));
  Progress progress("importing", "bytes", size, globals.json);
  pipeline::StreamOptions stream;
  stream.pool = &pool;
  stream.registry = &registry;
  stream.plugin = mapping.plugin;
  stream.options = mapping.options;
  stream.scripts_folder = globals.locations.scripts;
  stream.scripts = mapping.scripts;
  pipeline::StreamCallbacks callbacks;
  callbacks.next = [&] { return pieces.Next(); };
  callbacks.refused = [&](const pipeline::RowReport& row, const std::string& record) {
    imported.rejects.Add(row, record);
  };
  callbacks.progress = [&](const pipeline::StreamProgress& now) {
    int64_t rows = 0;
    for (const auto& [entity, counts] : now.rows) rows += counts.total();
    progress.Show(static_cast<int64_t>(now.bytes), WithThousands(rows) + " rows");
  };
  TRY_ASSIGN(imported.progress, pipeline::IngestStream(stream, callbacks));
  imported.lines = pieces.lines();
  return imported;
}

Result<config::ImportConfig> LoadMapping(const std::string& file, const config::Catalog& catalog) {
  TRY_ASSIGN(auto loaded, config::LoadImport(file, catalog));
  if (!loaded.ok()) {
    return Fail(Code::kInvalidArgument, file + " has errors:\n" + loaded.Errors());
  }
  return std::move(loaded.import);
}

Result<int> Import(const Globals& globals, const ImportOptions& options) {
  auto begun = std::chrono::steady_clock::now();
  TRY_ASSIGN(auto registry, ScanPlugins(globals.locations));
  TRY_ASSIGN(auto mapping, LoadMapping(options.mapping, CatalogOf(registry, globals.locations)));
  TRY_ASSIGN(auto source, Source::Open(options.file));
  TRY_ASSIGN(auto database, Database::Open(globals.locations, 8));
  TRY_ASSIGN(auto imported, RunStream(globals, mapping, registry, *source, database->pool()));
  if (!options.rejects.empty()) {
    RejectsSource again{source->path(), mapping.options.value("separator", "auto"),
                        mapping.options.value("group_by", "")};
    TRY_ASSIGN(imported.rejects_written, WriteRejects(again, imported.rejects, options.rejects));
  }
  imported.took = std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - begun);
  Show(globals, options, imported);
  return kDone;
}

}  // namespace

void AddImport(Commands& commands) {
  auto* command =
      AddCommand(commands, "import", "Take in a file of customers or orders", kTeaching);
  auto options = std::make_shared<ImportOptions>();
  command->add_option("file", options->file, "The file (.xz, .gz, .zst too), or - for input")
      ->required();
  command->add_option("-m,--mapping", options->mapping, "Which column is which field")
      ->required()
      ->check(CLI::ExistingFile);
  command->add_option("-r,--rejects", options->rejects, "Where refused rows are written");
  command->callback([&commands, options] {
    commands.chosen = [&globals = commands.globals, options] { return Import(globals, *options); };
  });
}

}  // namespace tidings::cli
