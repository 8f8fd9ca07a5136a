#include "mnist/data/known_sets.hpp"

#include "mnist/data/data_facts.hpp"

namespace mnist {
namespace {

using Digests = std::array<std::string_view, 4>;

// Of the files, unpacked.
constexpr Digests kMnist = {"ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db",
                            "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
                            "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7",
                            "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2"};
constexpr Digests kFashion = {"c59f468a2f672dc815687fe0f83887768d799fd8a3f3276145d20f83aa44d888",
                              "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9",
                              "5b4141f0afbad91edebe8549f8fcffe087ea10ca49f1dbef5c9a5cd8815ce37b",
                              "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34"};

// Of the packed files, as they are distributed: as TensorFlow Datasets has them.
constexpr Digests kKuzushiji = {"51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4",
                                "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17",
                                "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5",
                                "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c"};

// The same of NIST's gzip.zip, as github.com/notwa/mnists has them.
constexpr Digests kDigits = {"f7c95004d14d81af89522e67d8f0c781dfb3bd544181c81bfe1eb6b41c35b726",
                             "6638a6ff5fe2eefd9cca2471995b46c82986b8e4b2a70d2f5ce8e05d7edb319e",
                             "20ebe43509264f7639d37c835a3f0b009e90b29e00a099a03101abe1644a3f63",
                             "bad1834c45d5988e270b99d43b13edc3fd898f658ffbc2caf2846ef27f7b05b0"};
constexpr Digests kEmnistMnist = {
    "5f9942f441031c0f1f2e4d162059fd6e19ea808b34c328b6d16cab0ed24c78f2",
    "00c6d3c2342fdffb1711e0b5656cac4ce5862d2826399d383a9bac07d612e9f8",
    "b25640fa9e356c618132f5df347c95ef5bae6d9c2596be1de40f7e0ae1c3eac6",
    "bcc5385d38f083dba046f5f756e99b32f5ea7fad122c6243c71c2239873065ca"};
constexpr Digests kLetters = {"6288f418a917e007bf5fddb823a2dc7a5c6a35031401b93292a539cb12bd881f",
                              "9759af91ea6bccdf07a6040fd085861f2ec88e37f7c3f5760f6feb57106fbe5c",
                              "50f0e93d75b99b463e9760b8345866f22587fa2c2fba472730a5ba09c693412d",
                              "924955c31fe7fd809b7303b5c0141282955f4b8390c74cdfd5d80435e0f4b4cb"};
constexpr Digests kBalanced = {"74295e75e4e9fa2c102147460ee7eb763653d5132d883a84fb88932bfb8d2db4",
                               "b46d41e5156a0a8aaaa4d18979fdd1588850fa8571018acffd5d93b325a7d6ed",
                               "117fc12b015e37ea98bfb2cbba3f77c3782c056cdbd219b87abfc8661d7135db",
                               "a67cac948379b67270b9a4d0a01c8ec661598accf2f2b1964340b7c83cb175cd"};
constexpr Digests kByMerge = {"39bf8c68037dad40db35348895f7e4e056e8c0a005ab78869c9fbc2c96e947be",
                              "2c47293b9e62d6abf6ad05fbf67e40baa32adfd380b8d7b44dcc35534b64e1f1",
                              "5e5815ec1b522089134435f7c55e75a00960b58414793593ffff23efc0821683",
                              "8bda1516255683ba9071e141947ca0c91a911176065cdd6259b0b4d8dc5b5f35"};
constexpr Digests kByClass = {"9e21987f03a6eb8b870187e785883ddad96947299587908f1a7ec2ca0f4be5f0",
                              "f7ef403d48dc18a89dae0d83d11ee69cecb6e1c12c3a961d03712e495c02a8fa",
                              "5ec835bd5d5b1a66378a132e727fef20fe994b3cc666899befcca5ac766f50cd",
                              "501e305eeeacb093b162592d80e8a2632040872360fa6d85cfcb2200d91ca92a"};

// The letters whose small and capital forms look alike are one class of 47.
constexpr std::string_view k10 = "0123456789";
constexpr std::string_view k26 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
constexpr std::string_view k47 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabdefghnqrt";
constexpr std::string_view k62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// Cohen, Afshar, Tapson and van Schaik 2017, https://arxiv.org/abs/1702.05373
KnownSet emnist(const std::string& split, std::string_view characters, const Digests& digests) {
  std::vector<std::string> classes;
  for (const char character : characters) classes.emplace_back(1, character);
  return {"EMNIST " + split, classes, digests, "emnist-" + split + "-", true};
}

std::vector<KnownSet> make_known_sets() {
  return {
      {"MNIST", numbers_from(0, 10), kMnist},
      // Xiao, Rasul and Vollgraf 2017, https://arxiv.org/abs/1708.07747
      {"Fashion-MNIST",
       {"T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
        "Ankle boot"},
       kFashion},
      // Clanuwat and others 2018, https://arxiv.org/abs/1812.01718
      {"KMNIST", {"o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo"}, kKuzushiji},
      emnist("digits", k10, kDigits),
      emnist("mnist", k10, kEmnistMnist),
      emnist("letters", k26, kLetters),
      emnist("balanced", k47, kBalanced),
      emnist("bymerge", k47, kByMerge),
      emnist("byclass", k62, kByClass),
  };
}

}  // namespace

std::span<const KnownSet> known_sets() {
  static const std::vector<KnownSet> kSets = make_known_sets();
  return kSets;
}

}  // namespace mnist
