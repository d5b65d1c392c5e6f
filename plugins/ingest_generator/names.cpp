#include "names.h"

#include <iterator>

namespace ingest_generator {
namespace {

using Text = std::string_view;

constexpr Text kIndianGiven[] = {"Asha",   "Rohan",   "Priya",   "Arjun",    "Meera", "Vikram",
                                 "Ananya", "Karthik", "Divya",   "Rahul",    "Sneha", "Aditya",
                                 "Kavya",  "Imran",   "Lakshmi", "Sanjay",   "Nisha", "Farhan",
                                 "Pooja",  "Manoj",   "Ritika",  "Harpreet", "Deepa", "Suresh"};
constexpr Text kIndianFamily[] = {"Verma", "Iyer",     "Sharma", "Patel",    "Reddy", "Nair",
                                  "Singh", "Khan",     "Gupta",  "Mehta",    "Das",   "Chatterjee",
                                  "Rao",   "Kulkarni", "Bose",   "Pillai",   "Joshi", "Kaur",
                                  "Menon", "Shetty",   "Desai",  "Banerjee", "Naidu", "Ansari"};
constexpr Text kIndianCities[] = {"Mumbai",    "Delhi",   "Bengaluru", "Hyderabad",
                                  "Pune",      "Chennai", "Kolkata",   "Jaipur",
                                  "Ahmedabad", "Kochi",   "Indore",    "Lucknow"};

constexpr Text kBritishGiven[] = {
    "Olivia", "George", "Amelia", "Harry",  "Isla",     "Noah", "Poppy", "Jack",  "Freya", "Alfie",
    "Grace",  "Thomas", "Niamh",  "Callum", "Rhiannon", "Ewan", "Zara",  "Kwame", "Ellie", "Owen"};
constexpr Text kBritishFamily[] = {"Smith",  "Jones",   "Taylor",   "Brown",  "Williams",
                                   "Evans",  "O'Neil",  "Campbell", "Hughes", "Clarke",
                                   "Okafor", "Walker",  "Murphy",   "Fraser", "Griffiths",
                                   "Ward",   "Hussain", "Bennett",  "Cooper", "MacLeod"};
constexpr Text kBritishCities[] = {"London",  "Manchester", "Leeds",     "Bristol", "Glasgow",
                                   "Cardiff", "Belfast",    "Edinburgh", "Norwich", "York"};

constexpr Text kSpanishGiven[] = {"Lucía",  "José",   "María",  "Alejandro", "Sofía", "Íñigo",
                                  "Carmen", "Javier", "Begoña", "Andrés",    "Elena", "Raúl",
                                  "Paula",  "Óscar",  "Nuria",  "Martín"};
constexpr Text kSpanishFamily[] = {"García",  "Fernández", "López", "Martínez", "Sánchez", "Pérez",
                                   "Núñez",   "Gómez",     "Ruiz",  "Muñoz",    "Álvarez", "Romero",
                                   "Navarro", "Ibáñez",    "Ortiz", "Castaño"};
constexpr Text kSpanishCities[] = {"Madrid", "Barcelona", "Valencia", "Sevilla", "Zaragoza",
                                   "Málaga", "Bilbao",    "A Coruña", "Granada"};

constexpr Text kGermanGiven[] = {"Anna",  "Jürgen", "Lena",  "Maximilian", "Käthe",  "Stefan",
                                 "Mia",   "Björn",  "Heike", "Felix",      "Sabine", "Günther",
                                 "Aylin", "Lukas",  "Ute",   "Jonas"};
constexpr Text kGermanFamily[] = {"Müller",   "Schmidt", "Schäfer", "Weber",  "Groß",  "Becker",
                                  "Köhler",   "Yılmaz",  "Fischer", "Krüger", "Vogel", "Böhm",
                                  "Hartmann", "Weiß",    "Lang",    "Jäger"};
constexpr Text kGermanCities[] = {"Berlin",  "Hamburg",   "München",    "Köln",     "Frankfurt",
                                  "Leipzig", "Stuttgart", "Düsseldorf", "Nürnberg", "Bremen"};

constexpr Text kNigerianGiven[] = {"Chinedu", "Amara",   "Tunde",   "Ngozi", "Emeka",
                                   "Folake",  "Ibrahim", "Zainab",  "Segun", "Ifeoma",
                                   "Musa",    "Adaeze",  "Kelechi", "Bisi"};
constexpr Text kNigerianFamily[] = {"Okonkwo",  "Adeyemi", "Balogun",  "Eze",
                                    "Abubakar", "Nwosu",   "Ogunleye", "Bello",
                                    "Obi",      "Danjuma", "Afolabi",  "Uche"};
constexpr Text kNigerianCities[] = {"Lagos", "Abuja", "Kano", "Ibadan", "Port Harcourt", "Enugu"};

constexpr Text kBrazilianGiven[] = {"João", "Ana",      "Thiago",   "Beatriz", "Antônio", "Letícia",
                                    "Caio", "Fernanda", "Vinícius", "Júlia",   "Davi",    "Luíza"};
constexpr Text kBrazilianFamily[] = {"Silva",     "Souza",   "Araújo",    "Conceição",
                                     "Oliveira",  "Pereira", "Gonçalves", "Lima",
                                     "Magalhães", "Barbosa", "Ribeiro",   "Falcão"};
constexpr Text kBrazilianCities[] = {"São Paulo", "Rio de Janeiro", "Salvador", "Brasília",
                                     "Curitiba",  "Recife",         "Belém",    "Florianópolis"};

constexpr Text kPolishGiven[] = {"Łukasz",   "Zofia",      "Michał",  "Agnieszka",
                                 "Paweł",    "Małgorzata", "Jakub",   "Kinga",
                                 "Wojciech", "Ewa",        "Grażyna", "Tomasz"};
constexpr Text kPolishFamily[] = {"Nowak",     "Wójcik",    "Kamiński",  "Dąbrowski",
                                  "Zieliński", "Szymański", "Woźniak",   "Kozioł",
                                  "Jabłoński", "Lis",       "Błaszczyk", "Gołąb"};
constexpr Text kPolishCities[] = {"Warszawa", "Kraków", "Łódź", "Wrocław", "Poznań", "Gdańsk"};

constexpr Text kJapaneseGiven[] = {"Haruto", "Yui",    "Ren",   "Aoi", "Sōta",  "Hina",
                                   "Yūto",   "Sakura", "Daiki", "Emi", "Kenji", "Akari"};
constexpr Text kJapaneseFamily[] = {"Satō",      "Suzuki",   "Takahashi", "Tanaka",
                                    "Itō",       "Watanabe", "Yamamoto",  "Nakamura",
                                    "Kobayashi", "Katō",     "Mori",      "Hayashi"};
constexpr Text kJapaneseCities[] = {"Tokyo", "Osaka", "Nagoya", "Sapporo", "Fukuoka", "Kyoto"};

constexpr Text kAmericanGiven[] = {"Emma",   "Liam",   "Ava",   "Mason",   "Sophia", "Ethan", "Mia",
                                   "Tyrone", "Chloe",  "Diego", "Hannah",  "Malik",  "Grace", "Wei",
                                   "Layla",  "Carlos", "Nora",  "DeShawn", "Abby",   "Jun"};
constexpr Text kAmericanFamily[] = {"Johnson", "Miller",     "Davis",    "Rodriguez", "Wilson",
                                    "Nguyen",  "Jackson",    "Chen",     "Thompson",  "Hernandez",
                                    "Kim",     "Lewis",      "Robinson", "Begay",     "Cohen",
                                    "Rossi",   "Washington", "Olsen",    "Park",      "Garcia"};
constexpr Text kAmericanCities[] = {"New York", "Chicago", "Houston",  "Seattle", "Atlanta",
                                    "Denver",   "Boston",  "Portland", "Miami",   "Austin"};

constexpr Text kArabGiven[] = {"Fatima", "Omar",  "Layla", "Yousef", "Noor",   "Khalid",
                               "Huda",   "Tariq", "Salma", "Faisal", "Maryam", "Hassan"};
constexpr Text kArabFamily[] = {"Al Mansoori", "Haddad", "Nasser",  "El-Sayed", "Khoury",  "Farouk",
                                "Al Hashimi",  "Saleh",  "Mahmoud", "Aziz",     "Darwish", "Qasim"};
constexpr Text kArabCities[] = {"Dubai", "Abu Dhabi", "Sharjah", "Ajman", "Al Ain"};

#define WORDS(list) \
  { list, std::size(list) }
#define PEOPLE(name) WORDS(k##name##Given), WORDS(k##name##Family), WORDS(k##name##Cities)

constexpr Culture kCultures[] = {
    {"India", "+9198", 8, false, 28, PEOPLE(Indian)},
    {"United States", "+1555", 7, false, 18, PEOPLE(American)},
    {"United Kingdom", "+447700", 6, false, 14, PEOPLE(British)},
    {"Germany", "+49151", 8, false, 9, PEOPLE(German)},
    {"Brazil", "+55119", 8, false, 8, PEOPLE(Brazilian)},
    {"Nigeria", "+23480", 8, false, 7, PEOPLE(Nigerian)},
    {"Spain", "+346", 8, false, 6, PEOPLE(Spanish)},
    {"Poland", "+485", 8, false, 4, PEOPLE(Polish)},
    {"Japan", "+8190", 8, true, 3, PEOPLE(Japanese)},
    {"United Arab Emirates", "+97150", 7, false, 3, PEOPLE(Arab)},
};

constexpr Product kProducts[] = {
    {"Greeting card", "STA-010", 249},
    {"Tea towel", "KIT-014", 595},
    {"Scented candle", "HOM-022", 749},
    {"Notebook, dotted A5", "STA-031", 899},
    {"Ceramic mug", "KIT-040", 995},
    {"Ground coffee 500 g", "FOO-051", 1150},
    {"Wool socks", "CLO-063", 1299},
    {"Olive oil 750 ml", "FOO-072", 1480},
    {"Phone case", "ELE-081", 1599},
    {"Board game, travel size", "TOY-094", 1795},
    {"Cotton T-shirt", "CLO-103", 1999},
    {"Steel water bottle", "OUT-112", 2249},
    {"Picture frame 30 x 40", "HOM-125", 2490},
    {"Building blocks, 240 pieces", "TOY-131", 2999},
    {"Yoga mat", "SPO-144", 3295},
    {"Bluetooth speaker, small", "ELE-152", 3999},
    {"Cushion, linen", "HOM-161", 4250},
    {"Rain jacket", "CLO-172", 5995},
    {"Chef's knife 20 cm", "KIT-183", 6490},
    {"Running shoes", "SPO-191", 8999},
    {"Desk lamp", "HOM-204", 9490},
    {"Backpack 30 l", "OUT-213", 10995},
    {"Wireless headphones", "ELE-222", 14999},
    {"Cast-iron casserole", "KIT-231", 17900},
    {"Winter coat", "CLO-243", 21999},
    {"Espresso machine", "KIT-252", 34900},
    {"Two-person tent", "OUT-264", 42995},
    {"Tablet 11 inch", "ELE-271", 54900},
    {"Office chair", "HOM-285", 68900},
    {"Mountain bike", "SPO-296", 119900},
};

struct Letter {
  Text from, to;
};
constexpr Letter kLetters[] = {
    {"á", "a"}, {"à", "a"},  {"â", "a"}, {"ã", "a"},  {"ä", "ae"}, {"ą", "a"},  {"ç", "c"},
    {"ć", "c"}, {"é", "e"},  {"ê", "e"}, {"ę", "e"},  {"í", "i"},  {"ı", "i"},  {"ł", "l"},
    {"ñ", "n"}, {"ń", "n"},  {"ó", "o"}, {"ô", "o"},  {"õ", "o"},  {"ö", "oe"}, {"ō", "o"},
    {"ś", "s"}, {"ß", "ss"}, {"ú", "u"}, {"ü", "ue"}, {"ū", "u"},  {"ź", "z"},  {"ż", "z"},
    {"Á", "a"}, {"Í", "i"},  {"Ó", "o"}, {"Ł", "l"},
};

}  // namespace

size_t CultureCount() { return std::size(kCultures); }
const Culture& CultureAt(size_t i) { return kCultures[i]; }
size_t ProductCount() { return std::size(kProducts); }
const Product& ProductAt(size_t i) { return kProducts[i]; }

void AppendSlug(std::string& to, std::string_view name) {
  for (size_t i = 0; i < name.size(); ++i) {
    char c = name[i];
    if (c >= 'a' && c <= 'z') to += c;
    if (c >= 'A' && c <= 'Z') to += static_cast<char>(c + 32);
    if ((c & 0x80) == 0) continue;
    for (auto& letter : kLetters) {
      if (name.substr(i, letter.from.size()) == letter.from) to += letter.to;
    }
  }
}

}  // namespace ingest_generator
