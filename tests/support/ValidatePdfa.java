import java.io.BufferedReader;
import java.io.File;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.logging.LogManager;
import javax.xml.parsers.DocumentBuilderFactory;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.validation.profiles.ErrorArgument;
import org.verapdf.pdfa.validation.profiles.Profiles;
import org.verapdf.pdfa.validation.profiles.Rule;
import org.verapdf.pdfa.validation.profiles.ValidationProfile;
import org.verapdf.pdfa.validation.profiles.Variable;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Validates each PDF named on standard input (one path a line) as PDF/A-2b with the veraPDF library.
 *
 * Prints, tab-separated: "rules" COUNT; then for each file "file" PATH, "fault" RULE MESSAGE CONTEXT for each failed
 * check, and "verdict" true|false|error DETAIL. The profile is veraPDF's own, read here with the JDK's XML parser
 * because the jar leaves out the JAXB runtime that veraPDF's reader needs.
 */
public final class ValidatePdfa {
    private static final String PROFILE = "/org/verapdf/pdfa/validation/PDFA-2B.xml";

    public static void main(String[] args) throws Exception {
        LogManager.getLogManager().reset();
        VeraGreenfieldFoundryProvider.initialise();
        BufferedReader paths = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        ValidationProfile profile = readProfile();
        out.println("rules\t" + profile.getRules().size());
        for (String path = paths.readLine(); path != null; path = paths.readLine()) {
            out.println("file\t" + path);
            try {
                validate(new File(path), profile, out);
            } catch (Exception | Error fault) {
                out.println("verdict\terror\t" + flat(String.valueOf(fault)));
            }
        }
    }

    private static void validate(File file, ValidationProfile profile, PrintStream out) throws Exception {
        try (PDFAParser parser = Foundries.defaultInstance().createParser(file, PDFAFlavour.PDFA_2_B);
                PDFAValidator validator = Foundries.defaultInstance().createValidator(profile, 20, false, true, false)) {
            ValidationResult result = validator.validate(parser);
            for (TestAssertion failed : result.getTestAssertions()) {
                out.println("fault\t" + failed.getRuleId().getClause() + "-" + failed.getRuleId().getTestNumber()
                        + "\t" + flat(failed.getErrorMessage() != null ? failed.getErrorMessage() : failed.getMessage())
                        + "\t" + flat(failed.getLocation().getContext()));
            }
            out.println("verdict\t" + result.isCompliant() + "\t" + result.getTotalAssertions() + " checks");
        }
    }

    private static ValidationProfile readProfile() throws Exception {
        Element root;
        try (InputStream xml = Profiles.class.getResourceAsStream(PROFILE)) {
            root = DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(xml).getDocumentElement();
        }
        Set<Rule> rules = new HashSet<>();
        for (Element rule : children(root, "rule")) {
            rules.add(readRule(rule));
        }
        Set<Variable> variables = new HashSet<>();
        for (Element variable : children(root, "variable")) {
            variables.add(Profiles.variableFromValues(variable.getAttribute("name"), variable.getAttribute("object"),
                    text(variable, "defaultValue"), text(variable, "value")));
        }
        return Profiles.profileFromValues(PDFAFlavour.PDFA_2_B,
                Profiles.profileDetailsFromValues("PDF/A-2b", "", "veraPDF Consortium", new Date(0)), "", rules, variables);
    }

    private static Rule readRule(Element rule) {
        Element id = children(rule, "id").get(0);
        List<ErrorArgument> noArguments = new ArrayList<>();
        Boolean deferred = rule.hasAttribute("deferred") ? Boolean.valueOf(rule.getAttribute("deferred")) : null;
        return Profiles.ruleFromValues(
                Profiles.ruleIdFromValues(PDFAFlavour.Specification.ISO_19005_2, id.getAttribute("clause"),
                        Integer.parseInt(id.getAttribute("testNumber"))),
                rule.getAttribute("object"), deferred, "", text(rule, "description"), text(rule, "test"),
                Profiles.errorFromValues(text(rule, "message"), noArguments), new ArrayList<>());
    }

    private static List<Element> children(Element parent, String name) {
        List<Element> found = new ArrayList<>();
        NodeList nodes = parent.getElementsByTagName(name);
        for (int index = 0; index < nodes.getLength(); index++) {
            found.add((Element) nodes.item(index));
        }
        return found;
    }

    private static String text(Element parent, String name) {
        return children(parent, name).get(0).getTextContent();
    }

    private static String flat(String text) {
        return text == null ? "" : text.replaceAll("\\s+", " ");
    }
}
